"""What part of the firm and of time a page is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Division, User
from surveys.models import Client, Questionnaire, Sector, Service, Touchpoint


class Band(models.IntegerChoices):
    """What a project was worth, in steps. The number is the lower end in thousands of euros."""

    UNKNOWN = 9999, _("value not known")
    SMALL = 0, _("up to € 25,000")
    MEDIUM = 25, _("€ 25,000 to € 100,000")
    LARGE = 100, _("€ 100,000 to € 500,000")
    LARGEST = 500, _("€ 500,000 and more")


def band_of(value: Any) -> Band:
    """Return the step of a project's value in euros; None is not known."""
    if value is None:
        return Band.UNKNOWN
    steps = (Band.LARGEST, Band.LARGE, Band.MEDIUM)
    return next((step for step in steps if value >= step * 1000), Band.SMALL)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which facts a page is about. None means: no limit.

    ``touchpoint`` None is the close of projects, except where a page says it shows every moment.
    """

    first: date | None = None
    last: date | None = None
    touchpoint: Touchpoint | None = None
    questionnaire: Questionnaire | None = None
    division: Division | None = None
    service: Service | None = None
    sector: Sector | None = None
    account_manager: User | None = None
    client: Client | None = None
    band: Band | None = None

    @property
    def moment(self) -> Touchpoint:
        """The touchpoint whose coverage and shares are shown."""
        if self.touchpoint is None and self.questionnaire is not None:
            return Touchpoint(self.questionnaire.touchpoint)
        return self.touchpoint or Touchpoint.PROJECT_CLOSE

    @property
    def is_of_close(self) -> bool:
        """Whether everybody counts whose project closed, and not only who was asked."""
        return self.moment == Touchpoint.PROJECT_CLOSE and self.questionnaire is None

    @property
    def keys(self) -> dict[str, int]:
        """The parts of the firm that are asked for, by column, as keys."""
        found = {
            name: row.pk
            for name in ("questionnaire", "division", "service", "sector", "account_manager")
            if (row := getattr(self, name)) is not None
        }
        if self.client is not None:
            found["client"] = self.client.pk
        return found if self.band is None else {**found, "band": int(self.band)}

    @property
    def keys_of_yields(self) -> dict[str, int]:
        """The same without what only an answer has."""
        return {name: key for name, key in self.keys.items() if name != "questionnaire"}

    def of_yields(self) -> Q:
        """Return the filter on ``Yield``: what came in the period, whatever was answered to."""
        limits: dict[str, Any] = {"day__gte": self.first, "day__lte": self.last}
        limits = {name: value for name, value in limits.items() if value}
        return Q(**limits, **self.keys_of_yields)

    def of_facts(self, *, any_moment: bool = False) -> Q:
        """Return the filter on ``Fact``."""
        limits: dict[str, Any] = {"day__gte": self.first, "day__lte": self.last}
        wanted = Q(**{name: value for name, value in limits.items() if value}, **self.keys)
        return wanted if any_moment else wanted & Q(touchpoint=self.moment)

    def holds(self, fact: Any, *, any_moment: bool = False) -> bool:
        """Tell whether ``fact`` belongs here: ``of_facts`` for a fact that is not stored."""
        return (any_moment or fact.touchpoint == self.moment) and self._covers(fact, self.keys)

    def holds_yield(self, row: Any) -> bool:
        """Tell whether ``row`` belongs here: ``of_yields`` for one that is not stored."""
        return self._covers(row, self.keys_of_yields)

    def _covers(self, fact: Any, keys: Mapping[str, int]) -> bool:
        if (self.first and fact.day < self.first) or (self.last and fact.day > self.last):
            return False
        columns = {name: name if name == "band" else f"{name}_id" for name in keys}
        return all(getattr(fact, columns[name]) == key for name, key in keys.items())

    def during(self, first: date | None, last: date | None) -> "Scope":
        """Return the same part of the firm in another period."""
        return replace(self, first=first, last=last)
