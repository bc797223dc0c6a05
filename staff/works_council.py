"""Works-council mode: persons are neither ranked nor compared, unless an administrator, with a
reason that everybody can read, decided otherwise.

Whoever builds a figure, a filter, an export or an endpoint about colleagues asks
``may_compare_persons`` first. One's own work, and the open work of one's team, is no comparison.
"""

import logging

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from staff.council import CouncilDecision
from staff.models import User
from staff.remembered import Remembered
from staff.roles import Right, has_right

logger = logging.getLogger(__name__)


class UnchangedError(Exception):
    """The mode is that way already; the text says so."""


def current_decision() -> CouncilDecision | None:
    """Return the decision that counts, read anew; None when nothing was ever decided."""
    return CouncilDecision.objects.select_related("decided_by").first()


def _read() -> bool:
    newest = CouncilDecision.objects.values_list("is_on", flat=True).first()
    return True if newest is None else newest


mode = Remembered(_read, rows=(CouncilDecision,))


def is_on() -> bool:
    """Return whether the mode is on: also when nothing was decided, or nothing can be read."""
    try:
        return mode()
    except DatabaseError:
        logger.exception("works-council mode cannot be read: taken to be on")
        return True


def may_compare_persons(user: User) -> bool:
    """Return whether ``user`` may see colleagues ranked, compared, counted or filtered by person.

    Never while the mode is on. While it is off, management, and who leads a team: which rows
    they see stays with ``visible_to``.
    """
    return not is_on() and (has_right(user, Right.SEE_DASHBOARD) or user.has_team)


@transaction.atomic
def decide(*, actor: User, is_on: bool, reason: str) -> CouncilDecision:
    """Switch the mode on or off, and keep who did so, when and why.

    ``reason`` is one line of at least ten characters. Raises UnchangedError when it is so already.
    """
    current = current_decision()
    if is_on == (current is None or current.is_on):
        said = _("The mode is on already.") if is_on else _("The mode is off already.")
        raise UnchangedError(said)
    decision = CouncilDecision.objects.create(is_on=is_on, reason=reason, decided_by=actor)
    logger.info("works-council mode %s by user %s", "on" if is_on else "off", actor.pk)
    return decision
