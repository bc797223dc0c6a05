"""Derived rows: what the dashboard adds up. Everything here can be thrown away and built again.

``Fact`` is one contact asked about one project at one touchpoint, flat; ``Yield`` is one ask or one
lead. ``Sum`` adds facts up by day and month, ``Spread`` their values by month; ``LastAnswer`` knows
when a client last answered. ``Mark`` names a project of which they may no longer hold; the database
itself writes it (``watching``).
Nothing refers to these rows and they refer to nothing in the database's eyes, so that deleting a
project never fails on a figure.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from alerts.models import Alert
from alerts.models.leads import VALUE_DIGITS
from ambassadors.rollup.counters import COUNTERS
from staff.models import Division, User
from surveys.models import (
    Client,
    Contact,
    Project,
    ProjectContact,
    Questionnaire,
    Response,
    Sector,
    Service,
)


def _to(model: type[models.Model], **options: Any) -> models.ForeignKey[Any, Any]:
    """Return a column that names a row of ``model`` without holding it."""
    return models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **options,
    )


# What the page of the names reads of a fact, beside the moment and the answer.
OF_A_NAME = (
    "group",
    "recommendation",
    "interest",
    "day",
    "touchpoint",
    "project",
    "contact",
    "client",
    "division",
    "service",
    "sector",
    "account_manager",
    "questionnaire",
    "band",
    "since",
    "by_client",
    "search",
)


# What a page filters on; an index that ends in these answers without reading the rows beside it.
_FILTERS = (
    "division",
    "service",
    "sector",
    "band",
    "client",
    "account_manager",
    "questionnaire",
)
_OF_PROJECT = _FILTERS[:-1]


class Fact(models.Model):
    """One contact of one project at one touchpoint, with all that pages filter and count on.

    A closed project without contacts has one fact without contact.
    """

    project = _to(Project)
    project_contact = _to(ProjectContact, null=True)
    contact = _to(Contact, null=True)
    client = _to(Client)
    account_manager = _to(User)
    division = _to(Division)
    service = _to(Service, null=True)
    sector = _to(Sector, null=True)
    band = models.PositiveSmallIntegerField()  # of the project's value, see ``bands``
    touchpoint = models.CharField(max_length=20)
    questionnaire = _to(Questionnaire, null=True)
    # The project's closing; at other touchpoints the day of asking.
    day = models.DateField()

    fate = models.CharField(max_length=20)
    is_kept = models.BooleanField(default=False)
    response = _to(Response, null=True)
    submitted_at = models.DateTimeField(null=True)
    group = models.CharField(max_length=10, blank=True, default="")
    satisfaction = models.CharField(max_length=20, blank=True, default="")
    recommendation = models.CharField(max_length=20, blank=True, default="")
    interest = models.CharField(max_length=10, blank=True, default="")
    score = models.PositiveSmallIntegerField(null=True)
    # The contact's latest answer of all: who they are now. Only then may they be found by words.
    is_latest = models.BooleanField(default=False)
    standing = models.CharField(
        max_length=20, blank=True, default=""
    )  # of the latest, ``Standing``
    since = models.DateTimeField(null=True)  # the first answer of the unbroken run in this group
    search = models.CharField(max_length=600, blank=True, default="")
    by_client = models.CharField(max_length=60, blank=True, default="")  # to sort by the client
    # The project's value, on one fact of each closed project, so that it adds up.
    worth = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    alert = _to(Alert, null=True)
    taken_up = models.CharField(max_length=10, blank=True, default="")  # in_time, late; "": can be
    spoken = models.CharField(max_length=10, blank=True, default="")
    hours = models.PositiveIntegerField(null=True)  # whole hours from the answer to the first talk
    ending = models.CharField(max_length=10, blank=True, default="")  # of a –
    root_cause = models.CharField(max_length=20, blank=True, default="")

    valid_until = models.DateTimeField(null=True)  # when the clock alone makes it untrue

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["day", "touchpoint"], name="fact_day"),
            models.Index(fields=["project"], name="fact_project"),
            models.Index(fields=["sector", "day"], name="fact_sector"),
            models.Index(fields=["division", "day"], name="fact_division"),
            models.Index(fields=["service", "day"], name="fact_service"),
            models.Index(fields=["band", "day"], name="fact_band"),
            models.Index(fields=["account_manager", "day"], name="fact_account_manager"),
            models.Index(fields=["client", "day"], name="fact_client"),
            models.Index(
                fields=["valid_until"],
                condition=Q(valid_until__isnull=False),
                name="fact_valid_until",
            ),
            # All that the names are searched, filtered, counted and sorted by, so that the rows
            # beside it are not read: 200,000 names are 40 to 90 MB of it.
            models.Index(
                fields=["-submitted_at", "-response", *OF_A_NAME, "id"],
                condition=Q(is_latest=True),
                name="fact_latest",
            ),
            models.Index(
                fields=["touchpoint", "fate", "-day", "project", "project_contact"],
                name="fact_fate",
            ),
            models.Index(
                fields=["day", "touchpoint", "submitted_at", "alert", *_FILTERS],
                condition=Q(ending="open"),
                name="fact_follow_up_open",
            ),
            models.Index(
                fields=["day", "touchpoint", "root_cause", *_FILTERS],
                condition=~Q(root_cause=""),
                name="fact_root_cause",
            ),
            models.Index(
                fields=["client", "day", "worth", "division", "service", "sector", "band"],
                condition=Q(worth__isnull=False),
                name="fact_worth",
            ),
            models.Index(
                fields=["client", "submitted_at"],
                condition=Q(response__isnull=False),
                name="fact_answered",
            ),
            models.Index(
                fields=["day", "touchpoint", "hours", *_FILTERS],
                condition=Q(hours__isnull=False),
                name="fact_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.touchpoint} of project {self.project_id}: {self.fate}"


class Grain(models.TextChoices):
    """How long the days are that one sum adds up."""

    DAY = "day"
    MONTH = "month"


class Sum(models.Model):
    """How many facts of one day or month there are of each kind (``counters.COUNTERS``).

    ``cut`` says by what they are split (``cuts``); what they are not split by is 0, and so is
    "none", so that a key is one row.
    """

    grain = models.CharField(max_length=5, choices=Grain.choices)
    starts_on = models.DateField()
    cut = models.PositiveSmallIntegerField()
    touchpoint = models.CharField(max_length=20)
    questionnaire = models.BigIntegerField(default=0)
    division = models.BigIntegerField(default=0)
    service = models.BigIntegerField(default=0)
    sector = models.BigIntegerField(default=0)
    band = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "cut",
                    "grain",
                    "starts_on",
                    "touchpoint",
                    "division",
                    "service",
                    "sector",
                    "band",
                    "questionnaire",
                ],
                name="sum_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.starts_on} cut {self.cut}"


for _name in COUNTERS:
    Sum.add_to_class(_name, models.IntegerField(default=0))


class Source(models.TextChoices):
    """What came of an answer."""

    ASK = "ask"
    LEAD = "lead"


class Yield(models.Model):
    """One ask or one lead, of which ``key`` is the row, with what pages filter and count it on."""

    source = models.CharField(max_length=5, choices=Source.choices)
    key = models.BigIntegerField()
    project = _to(Project)
    client = _to(Client)
    account_manager = _to(User)
    division = _to(Division)
    service = _to(Service, null=True)
    sector = _to(Sector, null=True)
    band = models.PositiveSmallIntegerField()
    day = models.DateField()  # on which was asked, or the lead came in
    kind = models.CharField(max_length=15, blank=True)  # of an ask
    state = models.CharField(max_length=10)  # the answer to an ask, the stage of a lead
    value = models.DecimalField(max_digits=VALUE_DIGITS, decimal_places=2, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["source", "day", "kind", "state", "value", *_OF_PROJECT], name="yield_day"
            ),
            models.Index(fields=["project"], name="yield_project"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}: {self.state}"


class Of(models.TextChoices):
    """What is spread over values (``spreads``)."""

    HOURS = "hours"
    ROOT_CAUSE = "root_cause"
    ASK = "ask"
    LEAD = "lead"


class Spread(models.Model):
    """How often each value occurs in a month, of what has too many values for ``Sum``.

    Split and keyed like ``Sum``; asks and leads know no touchpoint.
    """

    of = models.CharField(max_length=10, choices=Of.choices)
    starts_on = models.DateField()
    cut = models.PositiveSmallIntegerField()
    touchpoint = models.CharField(max_length=20, blank=True)
    questionnaire = models.BigIntegerField(default=0)
    division = models.BigIntegerField(default=0)
    service = models.BigIntegerField(default=0)
    sector = models.BigIntegerField(default=0)
    band = models.BigIntegerField(default=0)
    value = models.CharField(max_length=30)
    number = models.IntegerField(default=0)
    worth = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "of",
                    "cut",
                    "division",
                    "service",
                    "sector",
                    "band",
                    "starts_on",
                    "touchpoint",
                    "questionnaire",
                    "value",
                ],
                name="spread_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.value} in {self.starts_on}: {self.number}"


class LastAnswer(models.Model):
    """When somebody of a client that has facts answered last; None: nobody ever did."""

    client = models.OneToOneField(
        Client,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        primary_key=True,
    )
    at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"client {self.client_id}: {self.at}"


class Mark(models.Model):
    """A project of which something changed. Written by triggers, in the same transaction."""

    project_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"project {self.project_id}"


class Progress(models.Model):
    """One row: how often the sums were brought up to date, and when last. Its lock is the turn."""

    version = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    rules = models.CharField(max_length=100, blank=True, default="")  # settings that facts follow

    def __str__(self) -> str:
        return f"version {self.version}"
