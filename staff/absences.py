"""The verbs of absence: record it and end it early, and whose absence somebody may record."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.mail import Person, compose, site_address
from outbox.models import Lane
from outbox.queueing import cancel_queued, queue_message
from staff.absence import Absence, AbsenceQuerySet
from staff.models import User, UserQuerySet
from staff.roles import Right, has_right


class Overlap(Exception):  # noqa: N818  (a state of affairs, not a fault)
    """Somebody is away on one of these days already; the text says when."""


def people_managed_by(user: User) -> UserQuerySet:
    """Return whose absence ``user`` may record: their own, their team's, an administrator all."""
    active: UserQuerySet = User.objects.active()
    if has_right(user, Right.ADMINISTER):
        return active
    return active.filter(pk__in={user.pk} | User.objects.team_ids(user))


def absences_managed_by(user: User) -> AbsenceQuerySet:
    """Return the absences that ``user`` sees and may end."""
    found = Absence.objects.filter(user__in=people_managed_by(user))
    return found.select_related("user", "stand_in", "recorded_by")


@transaction.atomic
def record_absence(
    *,
    user: User,
    stand_in: User,
    first_on: date,
    last_on: date,
    actor: User,
    now: datetime | None = None,
) -> Absence:
    """Record that ``user`` is away from ``first_on`` to ``last_on``, both included.

    The stand-in is mailed. Raises Overlap when they are away on one of these days already: each
    day has one stand-in.
    """
    now = now or timezone.now()
    User.objects.select_for_update().get(pk=user.pk)  # two recordings at once come one by one
    other = Absence.objects.filter(user=user).overlapping(first_on, last_on).first()
    if other is not None:
        raise Overlap(
            _("%(name)s is away from %(first)s to %(last)s already.")
            % {
                "name": user.name,
                "first": f"{other.first_on:%d-%m-%Y}",
                "last": f"{other.last_on:%d-%m-%Y}",
            }
        )
    absence = Absence.objects.create(
        user=user,
        stand_in=stand_in,
        first_on=first_on,
        last_on=last_on,
        recorded_by=actor,
        recorded_at=now,
    )
    _tell_stand_in(absence, now)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, now: datetime | None = None) -> bool:
    """End ``absence`` now; False when it was ended already.

    What came in meanwhile stays with the stand-in, and both see it.
    """
    now = now or timezone.now()
    standing = Absence.objects.standing().filter(pk=absence.pk)
    if not standing.update(ended_at=now):
        return False
    cancel_queued([_key(absence)], now=now)
    return True


def _tell_stand_in(absence: Absence, now: datetime) -> None:
    recipient = absence.stand_in
    mail = compose(
        "stand_in",
        {"absence": absence, "absent": absence.user, "inbox_url": site_address("/alerts/")},
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )
    queue_message(
        mail,
        dedupe_key=_key(absence),
        lane=Lane.DIGEST,
        recipient_name=recipient.name,
        recipient_address=recipient.email,
        template="stand_in",
        now=now,
    )


def _key(absence: Absence) -> str:
    return f"absence:{absence.pk}:email"
