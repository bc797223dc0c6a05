"""What narrows the names down, beside their selection: never asked, or a permission that stands.

Asks and consents are read where they are kept, never from figures: what was just asked or taken
back counts at once, whether the facts of a project are stale or not.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ambassadors.programme.models import Ask
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Tail
from surveys.models import Consent


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One way to narrow the names down, on when the address says ``parameter=value``.

    ``wanted`` is its condition on stored facts, ``among`` returns for whom of some contacts it
    holds: one query each.
    """

    parameter: str
    value: str
    label: str | Promise
    wanted: Callable[[], Q]
    among: Callable[[Collection[int]], set[int]]


def _never_asked() -> Q:
    return Q(~Exists(Ask.objects.filter(contact=OuterRef("contact"))))


def _never_asked_among(contacts: Collection[int]) -> set[int]:
    asked = Ask.objects.filter(contact__in=contacts).order_by()
    return set(contacts) - set(asked.values_list("contact", flat=True).distinct())


def _consented() -> Q:
    return Q(Exists(Consent.objects.standing().filter(contact=OuterRef("contact"))))


def _consented_among(contacts: Collection[int]) -> set[int]:
    given = Consent.objects.standing().filter(contact__in=contacts).order_by()
    return set(given.values_list("contact", flat=True).distinct())


LIMITS = (
    Limit(
        parameter="asked",
        value="never",
        label=_("Not asked yet"),
        wanted=_never_asked,
        among=_never_asked_among,
    ),
    Limit(
        parameter="consent",
        value="given",
        label=_("Permission given"),
        wanted=_consented,
        among=_consented_among,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """The limits that are on; all of them hold together."""

    limits: tuple[Limit, ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Narrowing":
        """Return what the address asks for; what is no limit narrows nothing."""
        on = (limit for limit in LIMITS if query.get(limit.parameter) == limit.value)
        return cls(limits=tuple(on))

    @property
    def wanted(self) -> Q:
        """The condition on stored facts."""
        found = Q()
        for limit in self.limits:
            found &= limit.wanted()
        return found

    @property
    def words(self) -> str:
        """The limits that are on, for who reads."""
        return ", ".join(str(limit.label) for limit in self.limits)

    def holds_in(self, tail: Tail) -> Callable[[Fact], bool]:
        """Return ``wanted`` for the facts of ``tail``. One query per limit, none without a tail."""
        if not self.limits:
            return lambda _fact: True
        facts = (fact for part in (tail.stored, tail.live) for fact in part if fact.is_latest)
        left = {fact.contact_id for fact in facts if fact.contact_id is not None}
        for limit in self.limits:
            left = limit.among(left)
        return lambda fact: fact.contact_id in left


EVERYBODY = Narrowing()
