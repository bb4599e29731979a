"""Who asks: the other end of the connection, or, behind proxies of ours, whom they name. Pure."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

FORWARDED: Final = b"x-forwarded-for"
MOST_HOPS: Final = 20
HOUSEHOLD_BITS: Final = 64


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks and single addresses with spaces or commas between them; raises `ValueError` for anything else."""
    return tuple(ip_network(word) for word in text.replace(",", " ").split())


def read_address(text: str) -> Address | None:
    """An address, also with its port or in brackets; IPv4 dressed as IPv6 is IPv4. None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        known = ip_address(bare)
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address that asks, out of `X-Forwarded-For`, when `peer` is a trusted proxy; else the peer itself.

    Each proxy writes down, at the right, who asked it. From the right the first that is no proxy of ours asks; what
    stands further left anybody may have written. A word that is no address ends the search: the proxy that passed
    it on asks.
    """
    asking = read_address(peer)
    if asking is None:
        return peer
    for told in reversed(forwarded.rsplit(",", MOST_HOPS)):
        if not _is_among(asking, trusted):
            break
        named = read_address(told)
        if named is None:
            break
        asking = named
    return str(asking)


def forwarded_in(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Every `X-Forwarded-For` of a request as one: proxies may add a line of their own instead of a word."""
    return ",".join(bytes(value).decode("latin-1") for name, value in headers if bytes(name).lower() == FORWARDED)


def network_of(address: str) -> str:
    """The network that an address belongs to: itself for IPv4, the /64 for IPv6."""
    known = read_address(address)
    if known is None:
        return address
    if isinstance(known, IPv6Address):
        return str(IPv6Network((known, HOUSEHOLD_BITS), strict=False))
    return str(known)


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
