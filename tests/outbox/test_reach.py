"""Where requests of ours may go: only to what anybody on the internet can reach."""

import socket

import pytest

from outbox.reach import NotAllowed, NotReachable, allowed_addresses, is_public

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a02:a450::1"]
HIDDEN = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001:0:1::1",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "nonsense",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_these_are_public(address):
    assert is_public(address) is True


@pytest.mark.parametrize("address", HIDDEN)
def test_these_are_not(address):
    assert is_public(address) is False


@pytest.fixture
def names(monkeypatch):
    """A resolver of the test's own."""
    known: dict[str, list[str]] = {}

    def getaddrinfo(host, port, **options):
        if host not in known:
            raise socket.gaierror("unknown")
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def test_one_hidden_address_among_public_ones_refuses_the_name(names):
    names["a.example"] = ["93.184.216.34"]
    names["b.example"] = ["93.184.216.34", "10.0.0.1"]
    assert allowed_addresses("a.example", 443, seconds=1) == ["93.184.216.34"]
    with pytest.raises(NotAllowed):
        allowed_addresses("b.example", 443, seconds=1)


@pytest.mark.parametrize("host", ["intern.example", "INTERN.example", "intern.example."])
def test_a_named_host_may_be_private(names, host):
    names[host] = ["10.0.0.1"]
    with pytest.raises(NotAllowed):
        allowed_addresses(host, 443, seconds=1)
    found = allowed_addresses(host, 443, seconds=1, private_hosts=["Intern.example"])
    assert found == ["10.0.0.1"]


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "168.63.129.16",
        "fd00:ec2::254",
        "100.100.100.200",
    ],
)
def test_where_clouds_keep_their_keys_nothing_goes_at_all(names, address):
    names["intern.example"] = [address]
    with pytest.raises(NotAllowed):
        allowed_addresses("intern.example", 80, seconds=1, private_hosts=["intern.example"])


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1"])
def test_other_spellings_of_the_loopback_are_the_loopback(host):
    with pytest.raises((NotAllowed, NotReachable)):
        allowed_addresses(host, 80, seconds=5)


def test_an_unknown_name_and_a_silent_resolver_say_so(names, monkeypatch):
    with pytest.raises(NotReachable):
        allowed_addresses("nergens.example", 443, seconds=1)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_args, **_options: __import__("time").sleep(2)
    )
    with pytest.raises(NotReachable, match="in time"):
        allowed_addresses("traag.example", 443, seconds=0.1)
