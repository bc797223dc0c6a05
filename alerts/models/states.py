"""Where an alert can stand, what came of it and why a client became negative."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models import Group


class State(models.TextChoices):
    """Where an alert stands."""

    NEW = "new", _("new")
    ACKNOWLEDGED = "acknowledged", _("taken up")
    CLOSED = "closed", _("closed")


class Outcome(models.TextChoices):
    """What came of an alert (PRODUCT, from close to follow-up, 7)."""

    # for –
    RECOVERED = "recovered", _("Solved, in our view")
    PARTLY = "partly", _("Partly solved")
    NOT_RECOVERABLE = "not_recoverable", _("Cannot be solved")
    MISUNDERSTANDING = "misunderstanding", _("Misunderstanding")
    NOT_OURS = "not_ours", _("Not caused by us")
    # for +
    THANKED = "thanked", _("Thanked")
    ASKED = "asked", _("Thanked, and asked for something")
    LATER = "later", _("Thanked, will ask later")
    NO_CONTACT = "no_contact", _("Could not be reached")


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Group.NEGATIVE: (
        Outcome.RECOVERED,
        Outcome.PARTLY,
        Outcome.NOT_RECOVERABLE,
        Outcome.MISUNDERSTANDING,
        Outcome.NOT_OURS,
        Outcome.NO_CONTACT,
    ),
    Group.POSITIVE: (Outcome.THANKED, Outcome.ASKED, Outcome.LATER, Outcome.NO_CONTACT),
}


class RootCause(models.TextChoices):
    """Why a client became negative."""

    QUALITY = "quality", _("Quality of the work")
    PLANNING = "planning", _("Planning or deadlines")
    COMMUNICATION = "communication", _("Communication")
    STAFFING = "staffing", _("Changes of people")
    COST = "cost", _("Costs or invoicing")
    EXPECTATIONS = "expectations", _("Expectations about the assignment")
    OTHER = "other", _("Something else")
