"""What the DNS says about the sender's domain: may this mail be ours? SPF, DKIM and DMARC.

Receivers ask the same (RFC 7208, 6376, 7489). What is found is told in words that name the record
to set. A resolver that is away is "could not be asked": never a fault, and never a long wait.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import dns.exception
import dns.rdatatype
import dns.resolver
from django.utils.translation import gettext as _

SECONDS = 3.0  # for one question; once that was not enough, no further one is asked
_LOOKUPS = 10  # that an SPF record may cost (RFC 7208, 4.6.4)
_COSTLY = {"include", "a", "mx", "ptr", "exists"}
_FREE = {"ip4", "ip6", "all"}
_TERM = re.compile(r"([+?~-]?)([a-z0-9]+)(?:[:/](.*))?$", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)$", re.IGNORECASE)
_SHORT_RSA = 160  # bytes of a public key: one of 1024 bits has 162


class Resolver(Protocol):
    """Who is asked for TXT records."""

    def texts(self, name: str) -> list[str] | None:
        """Return the TXT records at ``name``; [] when there are none, None when unanswered."""
        ...


class DnsResolver:
    """The resolver of this machine, or the ``nameservers`` given as addresses."""

    def __init__(self, *, nameservers: list[str] | None = None, port: int = 53) -> None:
        self._is_away = False
        try:
            self._resolver = dns.resolver.Resolver(configure=nameservers is None)
        except (dns.exception.DNSException, OSError):
            self._is_away = True
            return
        if nameservers is not None:
            self._resolver.nameservers = nameservers
            self._resolver.port = port

    def texts(self, name: str) -> list[str] | None:
        """See Resolver."""
        if self._is_away:
            return None
        try:
            found = self._resolver.resolve(name, dns.rdatatype.TXT, lifetime=SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong):
            return []
        except (dns.exception.Timeout, OSError):
            self._is_away = True
            return None
        except dns.exception.DNSException:  # this name's servers fail; another's may not
            return None
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found]


class Verdict(StrEnum):
    """What a record is worth."""

    GOOD = "good"
    WRONG = "wrong"
    UNASKED = "unasked"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence or two about one kind of record."""

    verdict: Verdict
    words: str


class _UnaskedError(Exception):
    """The resolver gave no answer about this name."""


def _good(words: str) -> Finding:
    return Finding(verdict=Verdict.GOOD, words=words)


def _wrong(words: str) -> Finding:
    return Finding(verdict=Verdict.WRONG, words=words)


def _unasked(name: str) -> Finding:
    words = _("%(name)s could not be asked: the DNS gave no answer.") % {"name": name}
    return Finding(verdict=Verdict.UNASKED, words=words)


def _records(resolver: Resolver, name: str, beginning: str) -> list[str]:
    """Return the TXT records at ``name`` that are of this kind. Raises _UnaskedError."""
    texts = resolver.texts(name)
    if texts is None:
        raise _UnaskedError(name)
    return [text for text in texts if re.match(rf"{beginning}(?:[\s;]|$)", text, re.IGNORECASE)]


def spf(domain: str, resolver: Resolver) -> Finding:
    """Judge the SPF record of ``domain``: does it name who may send for it?"""
    named = {"domain": domain}
    try:
        found = _records(resolver, domain, "v=spf1")
        if not found:
            return _wrong(
                _(
                    "SPF: %(domain)s does not say who may send its mail. Set one TXT record at "
                    "%(domain)s: v=spf1 include:… -all, with what your mail provider gives after "
                    "include:."
                )
                % named
            )
        if len(found) > 1:
            return _wrong(
                _(
                    "SPF: %(domain)s has more than one record, so none counts. Join the TXT "
                    "records that begin with v=spf1 into one."
                )
                % named
            )
        return _spf_of(found[0], domain, resolver)
    except _UnaskedError as error:
        return _unasked(f"SPF ({error})")


def _spf_of(record: str, domain: str, resolver: Resolver) -> Finding:
    named = {"domain": domain, "record": record}
    lookups, fault = _spf_cost(record, resolver, {domain})
    if fault:
        text = _("SPF: the record of %(domain)s cannot be read at “%(fault)s”: %(record)s")
        return _wrong(text % {**named, "fault": fault})
    if lookups > _LOOKUPS:
        text = _(
            "SPF: the record of %(domain)s asks for more than 10 further look-ups, so receivers "
            "ignore it. Take out what no longer sends your mail: %(record)s"
        )
        return _wrong(text % named)
    ending = re.search(r"(?:^|\s)([+?~-]?)all(?:\s|$)", record, re.IGNORECASE)
    if ending is None and "redirect=" in record.lower():
        return _good(_("SPF: %(domain)s says who may send its mail.") % named)
    if ending is None or ending[1] not in ("-", "~"):
        text = _(
            "SPF: the record of %(domain)s lets anybody send its mail. End it with -all (or ~all "
            "while you try): %(record)s"
        )
        return _wrong(text % named)
    return _good(_("SPF: %(domain)s says who may send its mail.") % named)


def _spf_cost(record: str, resolver: Resolver, seen: set[str]) -> tuple[int, str]:
    """Return how many look-ups ``record`` costs, and the first term that is at fault.

    What it includes is followed once each, and no further than one look-up too many.
    """
    cost = 0
    for term in record.split()[1:]:
        modifier, mechanism = _MODIFIER.match(term), _TERM.match(term)
        if modifier is not None:
            name, target = modifier[1].lower(), modifier[2]
            is_followed = name == "redirect"
        elif mechanism is not None and mechanism[2].lower() in _COSTLY | _FREE:
            name, target = mechanism[2].lower(), mechanism[3] or ""
            is_followed = name == "include"
        else:
            return cost, term
        cost += name in _COSTLY or is_followed
        if not is_followed or "%" in target or target in seen or cost > _LOOKUPS:
            continue
        found = _records(resolver, target, "v=spf1")
        if len(found) != 1:
            return cost, term
        seen.add(target)
        more, fault = _spf_cost(found[0], resolver, seen)
        cost += more
        if fault:
            return cost, term
    return cost, ""


def dmarc(domain: str, resolver: Resolver) -> Finding:
    """Judge the DMARC policy of ``domain``, or of the nearest domain above that has one."""
    labels = domain.split(".")
    try:
        for start in range(max(len(labels) - 1, 1)):
            above = ".".join(labels[start:])
            if found := _records(resolver, f"_dmarc.{above}", "v=DMARC1"):
                return _dmarc_of(found, above, is_own=start == 0)
    except _UnaskedError as error:
        return _unasked(f"DMARC ({error})")
    text = _(
        "DMARC: %(domain)s has no policy, which large mail providers ask for. Set a TXT record at "
        "_dmarc.%(domain)s: v=DMARC1; p=none; rua=mailto:… and later p=quarantine."
    )
    return _wrong(text % {"domain": domain})


def _dmarc_of(found: list[str], domain: str, *, is_own: bool) -> Finding:
    named = {"domain": domain}
    if len(found) > 1:
        text = _("DMARC: _dmarc.%(domain)s has more than one record, so none counts. Keep one.")
        return _wrong(text % named)
    tags = _tags(found[0])
    policy = (tags.get("p", "") if is_own else tags.get("sp", tags.get("p", ""))).lower()
    if policy not in {"none", "quarantine", "reject"}:
        text = _("DMARC: the record at _dmarc.%(domain)s has no p=none, quarantine or reject.")
        return _wrong(text % named)
    if policy == "none":
        text = _(
            "DMARC: %(domain)s has a policy that only watches (p=none). Set p=quarantine once the "
            "reports show that your own mail passes."
        )
        return _good(text % named)
    return _good(_("DMARC: %(domain)s refuses mail that is not its own.") % named)


def dkim(selector: str, domain: str, resolver: Resolver) -> Finding:
    """Judge the public key that ``selector`` names, with which receivers check signatures."""
    name = f"{selector}._domainkey.{domain}"
    named = {"name": name}
    texts = resolver.texts(name)
    if texts is None:
        return _unasked(f"DKIM ({name})")
    keys = [tags for text in texts if "p" in (tags := _tags(text))]
    if not keys:
        text = _(
            "DKIM: there is no key at %(name)s. Set the TXT or CNAME record there that your mail "
            "provider gives, or look whether the selector is right."
        )
        return _wrong(text % named)
    if not keys[0]["p"]:
        return _wrong(_("DKIM: the key at %(name)s was taken back (p is empty).") % named)
    try:
        key = base64.b64decode(re.sub(r"\s", "", keys[0]["p"]), validate=True)
    except (binascii.Error, ValueError):
        return _wrong(_("DKIM: the key at %(name)s is damaged; set the record again.") % named)
    if keys[0].get("k", "rsa").lower() == "rsa" and len(key) < _SHORT_RSA:
        return _wrong(_("DKIM: the key at %(name)s is shorter than 1024 bits.") % named)
    if "y" in keys[0].get("t", "").split(":"):
        return _wrong(
            _("DKIM: the key at %(name)s is marked as a test (t=y), so it proves nothing.") % named
        )
    return _good(_("DKIM: the key at %(name)s is there.") % named)


def is_aligned(signer: str, domain: str) -> bool:
    """Whether a signature of ``signer`` speaks for ``domain``: it, one above, or one below."""
    signer, domain = signer.lower(), domain.lower()
    return signer == domain or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")


def _tags(record: str) -> dict[str, str]:
    """Return the tags of ``v=…; name=value`` (RFC 6376, 3.2)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, is_there, value in pairs if is_there}
