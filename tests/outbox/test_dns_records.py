"""SPF, DKIM and DMARC: in a table of zones, and from a real small server on the loopback."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from outbox import dns_records
from outbox.dns_records import DnsResolver, Verdict, dkim, dmarc, is_aligned, spf
from tests.outbox.servers import free_port

US = "klanten.waterkant.example"
KEY = base64.b64encode(b"x" * 294).decode()
GOOD, WRONG, UNASKED = Verdict.GOOD, Verdict.WRONG, Verdict.UNASKED


class Zone(dict):
    """A resolver of a table; None: no answer."""

    def texts(self, name):
        return self.get(name, [])


def many(number):
    zone = {f"s{n}.example": ["v=spf1 ip4:192.0.2.1 -all"] for n in range(number)}
    record = " ".join(["v=spf1", *(f"include:{name}" for name in zone), "-all"])
    return {US: [record], **zone}


def mutual():
    return {US: ["v=spf1 include:a.example -all"], "a.example": [f"v=spf1 include:{US} ~all"]}


SPF = [
    ({US: ["google-site=1", "v=spf1 ip4:192.0.2.1 -all"]}, GOOD, "zegt wie"),
    ({US: ["V=SPF1 a mx:mx.example/24 ?exists:%{i}.x.example ~all"]}, GOOD, "zegt wie"),
    ({US: ["v=spf1 redirect=b.example"], "b.example": ["v=spf1 -all"]}, GOOD, "zegt wie"),
    (mutual(), GOOD, "zegt wie"),
    (many(10), GOOD, "zegt wie"),
    (many(11), WRONG, "meer dan 10"),
    ({}, WRONG, f"TXT-record bij {US}"),
    ({US: ["v=spf10 -all"]}, WRONG, f"TXT-record bij {US}"),
    ({US: ["v=spf1 a -all", "v=spf1 mx -all"]}, WRONG, "meer dan één"),
    ({US: ["v=spf1 a +all"]}, WRONG, "-all"),
    ({US: ["v=spf1 a all"]}, WRONG, "-all"),
    ({US: ["v=spf1 a ?all"]}, WRONG, "-all"),
    ({US: ["v=spf1 a"]}, WRONG, "-all"),
    ({US: ["v=spf1 ipv4:192.0.2.1 -all"]}, WRONG, "ipv4:192.0.2.1"),
    ({US: ["v=spf1 include:weg.example -all"]}, WRONG, "include:weg.example"),
    ({US: None}, UNASKED, "gaf geen antwoord"),
    ({US: ["v=spf1 include:b.example -all"], "b.example": None}, UNASKED, "b.example"),
]


@pytest.mark.parametrize(("zone", "verdict", "words"), SPF)
def test_spf(zone, verdict, words):
    found = spf(US, Zone(zone))
    assert (found.verdict, words in found.words) == (verdict, True), found.words


OWN, ABOVE = f"_dmarc.{US}", "_dmarc.waterkant.example"
DMARC = [
    ({OWN: ["v=DMARC1; p=reject"]}, GOOD, "weigert"),
    ({OWN: ["v=DMARC1;p=quarantine;"]}, GOOD, "weigert"),
    ({OWN: ["v=DMARC1; p=none; rua=mailto:a@b"]}, GOOD, "p=quarantine"),
    ({ABOVE: ["v=DMARC1; p=reject"]}, GOOD, "waterkant.example"),
    ({ABOVE: ["v=DMARC1; p=reject; sp=none"]}, GOOD, "p=quarantine"),
    ({"_dmarc.example": ["v=DMARC1; p=reject"]}, WRONG, OWN),  # a top-level domain is not ours
    ({}, WRONG, OWN),
    ({OWN: ["v=DMARC1; p=reject", "v=DMARC1; p=none"]}, WRONG, "meer dan één"),
    ({OWN: ["v=DMARC1; rua=mailto:a@b"]}, WRONG, "p=none"),
    ({OWN: ["v=DMARC1; p=streng"]}, WRONG, "p=none"),
    ({OWN: None}, UNASKED, "gaf geen antwoord"),
]


@pytest.mark.parametrize(("zone", "verdict", "words"), DMARC)
def test_dmarc(zone, verdict, words):
    found = dmarc(US, Zone(zone))
    assert (found.verdict, words in found.words) == (verdict, True), found.words


NAME = f"s1._domainkey.{US}"
DKIM = [
    ([f"v=DKIM1; k=rsa; p={KEY}"], GOOD, "is er"),
    ([f"k=rsa; p={KEY[:40]} {KEY[40:]}"], GOOD, "is er"),
    (["v=DKIM1; k=ed25519; p=" + base64.b64encode(b"y" * 32).decode()], GOOD, "is er"),
    ([], WRONG, NAME),
    (["v=spf1 -all"], WRONG, NAME),
    (["v=DKIM1; p="], WRONG, "ingetrokken"),
    (["v=DKIM1; p=geen*sleutel"], WRONG, "beschadigd"),
    (["v=DKIM1; p=" + base64.b64encode(b"x" * 94).decode()], WRONG, "1024"),
    ([f"v=DKIM1; t=y; p={KEY}"], WRONG, "t=y"),
    (None, UNASKED, "gaf geen antwoord"),
]


@pytest.mark.parametrize(("texts", "verdict", "words"), DKIM)
def test_dkim(texts, verdict, words):
    found = dkim("s1", US, Zone({NAME: texts}))
    assert (found.verdict, words in found.words) == (verdict, True), found.words


def test_a_signature_speaks_for_its_domain_those_above_and_those_below():
    assert is_aligned("Waterkant.example", US)
    assert is_aligned(US, "waterkant.example")
    assert not is_aligned("kant.example", "waterkant.example")
    assert not is_aligned("provider.example", US)


@contextmanager
def dns_server(zone: dict[str, list[str]], *, rcode: int | None = None) -> Iterator[int]:
    """A name server on the loopback that answers from ``zone``, or always with ``rcode``."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.1)
    is_over = threading.Event()

    def answer() -> None:
        while not is_over.is_set():
            try:
                wire, address = server.recvfrom(4096)
            except TimeoutError:
                continue
            question = dns.message.from_wire(wire)
            reply = dns.message.make_response(question)
            reply.flags |= dns.flags.RA
            name = question.question[0].name
            texts = zone.get(name.to_text(omit_final_dot=True))
            if rcode is not None:
                reply.set_rcode(rcode)
            elif texts is None:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            else:
                # A long record travels in pieces of at most 255 bytes.
                for text in texts:
                    pieces = [text[at : at + 200] for at in range(0, len(text), 200)]
                    quoted = " ".join(f'"{piece}"' for piece in pieces)
                    reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", quoted))
            server.sendto(reply.to_wire(), address)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        is_over.set()
        thread.join()
        server.close()


def test_a_real_server_is_asked_and_long_records_are_joined():
    zone = {US: ["v=spf1 mx -all"], OWN: ["v=DMARC1; p=reject"], NAME: [f"v=DKIM1; p={KEY}"]}
    with dns_server(zone) as port:
        resolver = DnsResolver(nameservers=["127.0.0.1"], port=port)
        assert resolver.texts(NAME) == [f"v=DKIM1; p={KEY}"]
        assert [
            finding.verdict
            for finding in (spf(US, resolver), dmarc(US, resolver), dkim("s1", US, resolver))
        ] == [GOOD] * 3
        assert spf("anders.example", resolver).verdict == WRONG
        assert dkim("s" * 80, US, resolver).verdict == WRONG  # no such name can exist


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_server_that_fails_could_not_be_asked(rcode, monkeypatch):
    monkeypatch.setattr(dns_records, "SECONDS", 0.3)
    with dns_server({}, rcode=rcode) as port:
        resolver = DnsResolver(nameservers=["127.0.0.1"], port=port)
        assert spf(US, resolver).verdict == UNASKED


def test_a_resolver_that_is_away_costs_one_wait_and_no_more(monkeypatch):
    monkeypatch.setattr(dns_records, "SECONDS", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = DnsResolver(nameservers=["127.0.0.1"], port=silent.getsockname()[1])
        start = time.monotonic()
        found = [spf(US, resolver), dmarc(US, resolver), dkim("s1", US, resolver)]
    assert [finding.verdict for finding in found] == [UNASKED] * 3
    assert time.monotonic() - start < 5


def test_where_nobody_listens_nothing_fails(monkeypatch):
    monkeypatch.setattr(dns_records, "SECONDS", 0.3)
    resolver = DnsResolver(nameservers=["127.0.0.1"], port=free_port())
    assert spf(US, resolver).verdict == UNASKED
