"""What narrows the inbox down: words, group, stage, and so on; all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from alerts.models import Stage
from staff.models import Division
from surveys.models import Group, ProjectContact, Service

NAMES = ("q", "group", "stage", "division", "service", "period")
ANY_STAGE = "any"  # also what is won or lost
ANY_STAGE_LABEL = gettext_lazy("All stages, also won and lost")
_PLACE = ("tab", *NAMES, "page")  # what says where somebody is in the list, and nothing else


class Period(models.TextChoices):
    """How recent an answer is; the value is a number of days."""

    WEEK = "7", gettext_lazy("The last 7 days")
    MONTH = "30", gettext_lazy("The last 30 days")
    QUARTER = "90", gettext_lazy("The last 90 days")


def where(address: Mapping[str, str], **changes: str) -> str:
    """Return ``?tab=team&group=negative``: the place in the list that ``address`` names.

    Other parameters are left out, and so is whatever ``changes`` sets to nothing.
    """
    asked = {name: changes.get(name, address.get(name, "")) for name in _PLACE}
    asked["tab"] = asked["tab"] if asked["tab"].isalpha() else ""
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def stage_in_words(stage: str) -> str:
    """Return what a filter on the stage of leads says; nothing for none."""
    if stage == ANY_STAGE:
        return str(ANY_STAGE_LABEL)
    return str(Stage(stage).label) if stage else ""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One filter that is on: what it says, and the name it has in the address."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The filters that are on. ``given`` holds them as they stand in the address."""

    words: str = ""
    group: str = ""
    stage: str = ""  # of leads; empty: those that are open
    division: Division | None = None
    service: Service | None = None
    period: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    is_of_leads: bool = False  # whose group is that of their answer

    def __bool__(self) -> bool:
        return bool(self.given)

    def condition(self, *, now: datetime, answer: str = "", but: str = "") -> Q:
        """Return what rows have to meet, leaving out the filter named ``but``.

        ``answer`` is the path from a row to its response, with the underscores that end it.
        """
        part = f"{answer}invitation__project_contact"
        conditions = {
            "q": lambda: Q(**{f"{part}__in": ProjectContact.objects.matching(self.words)}),
            "group": lambda: Q(**{f"{answer if self.is_of_leads else ''}group": self.group}),
            "stage": lambda: Q() if self.stage == ANY_STAGE else Q(stage=self.stage),
            "division": lambda: Q(**{f"{part}__project__division": self.division}),
            "service": lambda: Q(**{f"{part}__project__service": self.service}),
            "period": lambda: Q(**{f"{answer}submitted_at__gte": now - self._reach()}),
        }
        met = Q()
        for name in self.given:
            if name != but:
                met &= conditions[name]()
        return met

    def chips(self) -> list[Chip]:
        """Return the filters in words, in the order in which the form has them."""
        texts = {
            "q": f"“{self.words}”",
            "group": str(Group(self.group).label) if self.group else "",
            "stage": stage_in_words(self.stage),
            "division": self.division.name if self.division else "",
            "service": self.service.label if self.service else "",
            "period": str(Period(self.period).label) if self.period else "",
        }
        return [Chip(name=name, text=texts[name]) for name in NAMES if name in self.given]

    def _reach(self) -> timedelta:
        return timedelta(days=int(self.period))
