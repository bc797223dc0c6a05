"""The root causes that a – can be closed with: the product's own, as far as the firm left them.

A ``Cause`` row stands over the standard cause of the same code, or beside them all. What a closed
alert keeps is the code, so what it was closed with stays readable whatever the list becomes.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language

from alerts.models import Cause, CauseName, RootCause
from staff.models import User

STANDARD_ORDER = {code: 10 * place for place, code in enumerate(RootCause.values, start=1)}
OWN = "own-"


@dataclass(frozen=True, kw_only=True)
class KnownCause:
    """One cause as it counts now; ``names`` by language, ``row`` is the firm's own, if any."""

    code: str
    order: int
    is_active: bool = True
    names: dict[str, str] = field(default_factory=dict)
    row: Cause | None = None

    @property
    def is_standard(self) -> bool:
        """Whether the product has this cause too."""
        return self.code in RootCause.values

    @property
    def name(self) -> str:
        """The name in the active language, else the standard one, else in any language."""
        if own := self.names.get((get_language() or "").partition("-")[0]):
            return own
        if self.is_standard:
            return str(RootCause(self.code).label)
        return next(iter(self.names.values()), self.code)


class Causes:
    """Every cause, in order; read from the database when first asked, in two queries."""

    def __iter__(self) -> Iterator[KnownCause]:
        return iter(self._known)

    @cached_property
    def _known(self) -> list[KnownCause]:
        rows = Cause.objects.select_related("changed_by").prefetch_related("names")
        known = {
            code: KnownCause(code=code, order=order) for code, order in STANDARD_ORDER.items()
        } | {row.code: _known_cause(row) for row in rows}
        return sorted(known.values(), key=lambda cause: (cause.order, cause.code))

    def find(self, code: str) -> KnownCause | None:
        """Return the cause with this code, in use or not."""
        return next((cause for cause in self._known if cause.code == code), None)

    def name_of(self, code: str) -> str:
        """Return what a stored code is called, in the active language."""
        cause = self.find(code)
        return cause.name if cause else code

    def choices(self) -> list[tuple[str, str]]:
        """Return what an alert can be closed with now."""
        return [(cause.code, cause.name) for cause in self._known if cause.is_active]


def _known_cause(row: Cause) -> KnownCause:
    names = {name.language: name.name for name in row.names.all()}
    return KnownCause(code=row.code, order=row.order, is_active=row.is_active, names=names, row=row)


def standard_names(code: str) -> dict[str, str]:
    """Return what the product calls a cause in each language of colleagues; {} for an own one."""
    if code not in RootCause.values:
        return {}
    names = {}
    for language, _name in settings.STAFF_LANGUAGES:
        with translation.override(language):
            names[language] = str(RootCause(code).label)
    return names


def new_code() -> str:
    """Return a code that no cause has: it is kept with alerts, and nobody reads it."""
    return f"{OWN}{secrets.token_hex(6)}"


@transaction.atomic
def write_cause(
    *,
    code: str,
    names: dict[str, str],
    order: int,
    is_active: bool,
    author: User,
    now: datetime | None = None,
) -> None:
    """Store how the firm wants one cause, in place of an earlier wish; blank names fall away.

    A name that is the product's own is not stored: it stays in step with the product.
    """
    changes = {
        "order": order,
        "is_active": is_active,
        "changed_by": author,
        "changed_at": now or timezone.now(),
    }
    row, _is_new = Cause.objects.update_or_create(code=code, defaults=changes)
    row.names.all().delete()
    standard = standard_names(code)
    CauseName.objects.bulk_create(
        CauseName(cause=row, language=language, name=name)
        for language, name in names.items()
        if name and name != standard.get(language)
    )


def use_standard_cause(code: str) -> None:
    """Take a standard cause back as the product has it; an own cause stays."""
    if code in RootCause.values:
        Cause.objects.filter(code=code).delete()
