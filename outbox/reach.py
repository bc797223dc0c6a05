"""Where a request of ours may go: public addresses only, whoever typed the host name.

Without this an address on a settings page would be a way into the network behind us (SSRF). A name
is resolved once, *all* its addresses are judged, and the connection is made to one that was: a
second look-up could answer otherwise (DNS rebinding). The ranges are those of IANA's registries
of special-purpose addresses, as ``ipaddress`` knows them, and what clouds add to them.
"""

import queue
import socket
import threading
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Addresses inside which another one hides (mapped, compatible, NAT64, Teredo, 6to4): a translator
# on the way could lead anywhere. Azure's host looks public and is not.
_REFUSED = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "3fff::/20",
        "fec0::/10",
    )
)


# Where clouds keep their keys, beside what is link-local: Azure, AWS, Alibaba.
_KEYS = tuple(ip_address(text) for text in ("168.63.129.16", "fd00:ec2::254", "100.100.100.200"))
_NAT64 = ip_network("64:ff9b::/96")


class NotReachable(Exception):  # noqa: N818  (a state of affairs, told in the log and the outbox)
    """The name does not lead to an address just now; the text says why."""


class NotAllowed(Exception):  # noqa: N818
    """The name leads to where nothing of ours may go."""


def is_public(address: str) -> bool:
    """Whether ``address`` (IPv4 or IPv6, as text) is one that anybody on the internet can reach."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return not any(ip.version == net.version and ip in net for net in _REFUSED)


def allowed_addresses(
    host: str, port: int, *, seconds: float, private_hosts: Collection[str] = ()
) -> list[str]:
    """Return the addresses of ``host`` to connect to, in the system's order, within ``seconds``.

    A host in ``private_hosts`` may have private addresses, never one at which clouds keep their
    keys, however it is written. Raises NotAllowed when any address is refused, NotReachable when
    there is none.
    """
    found = _resolved(host, port, seconds)
    may_be_private = host.lower().rstrip(".") in {name.lower() for name in private_hosts}
    for address in found:
        if not (is_public(address) or (may_be_private and not _keeps_keys(address))):
            raise NotAllowed(f"{host} has an address that is not public")
    return found


def _keeps_keys(address: str) -> bool:
    ip: IPv4Address | IPv6Address = ip_address(address)
    inside = getattr(ip, "ipv4_mapped", None)
    if ip in _NAT64:
        inside = IPv4Address(int(ip) & 0xFFFFFFFF)
    return any(one.is_link_local or one in _KEYS for one in (ip, inside) if one is not None)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Ask the resolver, which knows no time limit, in a thread that is left behind if need be."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(address[0]) for *_family, address in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise NotReachable(f"{host}: no answer about its address in time") from None
    if isinstance(answer, BaseException) or not answer:
        raise NotReachable(f"{host} has no address")
    return answer
