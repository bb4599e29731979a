"""From where a request comes, for limits."""

from django.http import HttpRequest

from millstream.kernel.web.peers import network_of


def asking_network(request: HttpRequest) -> str:
    """The network that a request comes from: an IPv4 address, or the /64 of an IPv6 one."""
    return network_of(request.META.get("REMOTE_ADDR", ""))
