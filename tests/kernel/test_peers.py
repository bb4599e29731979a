"""Who asks: a proxy of ours is believed, nobody else's word is."""

import pytest

from millstream.kernel.web.peers import client_address, forwarded_in, network_of, read_networks

OURS = read_networks("127.0.0.1, 10.0.0.0/8 2001:db8:ffff::/48")


@pytest.mark.parametrize(
    ("peer", "told", "asks"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("10.0.0.2", "10.0.0.3, 10.0.0.9", "10.0.0.3"),
        ("10.0.0.2", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.2", "[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8:ffff::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
        ("2001:db8:1::1", "203.0.113.7", "2001:db8:1::1"),
        ("::ffff:10.0.0.2", "::ffff:203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "203.0.113.7, unknown", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.7,", "10.0.0.2"),
        ("10.0.0.2", "\x00é'; --, 1.2.3", "10.0.0.2"),
        ("10.0.0.2", ", ".join(["6.6.6.6", *["10.0.0.9"] * 100]), "10.0.0.9"),
        ("unix:", "203.0.113.7", "unix:"),
        ("", "203.0.113.7", ""),
    ],
)
def test_the_right_most_address_that_is_no_proxy_of_ours_asks(peer: str, told: str, asks: str) -> None:
    """Whatever stands left of it, or comes from a peer that is none of ours, anybody may have written."""
    assert client_address(peer, told, OURS) == asks


def test_without_trusted_proxies_nobody_is_believed() -> None:
    """As an installation is that stands in the open."""
    assert client_address("127.0.0.1", "203.0.113.7", ()) == "127.0.0.1"


def test_a_proxy_may_add_a_line_of_its_own() -> None:
    """Two headers are one list: what the stranger wrote stays left of what the proxy knows."""
    headers = [(b"x-forwarded-for", b"6.6.6.6"), (b"Host", b"x"), (b"X-Forwarded-For", b"203.0.113.7")]
    assert client_address("10.0.0.2", forwarded_in(headers), OURS) == "203.0.113.7"


@pytest.mark.parametrize("wrong", ["everybody", "10.0.0.0/33", "10.0.0.1/8", "1.2.3"])
def test_networks_are_read_or_refused(wrong: str) -> None:
    """A name, an impossible length, an address with bits behind its length."""
    with pytest.raises(ValueError, match=r"\S"):
        read_networks(wrong)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("unix", "unix"),
    ],
)
def test_networks_are_counted_by_what_a_household_gets(address: str, network: str) -> None:
    """One IPv4 address, or one /64."""
    assert network_of(address) == network
