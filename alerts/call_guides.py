"""A few questions for the call: the firm's own, or the product's. Never an apology to read out."""

from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.models import CallGuide
from staff.models import User
from surveys.models import Group

GROUPS = (Group.NEGATIVE, Group.POSITIVE)


def standard_guide(group: str, language: str) -> str:
    """Return the product's own questions for ``group``, one a line, in ``language``."""
    with translation.override(language):
        if group == Group.NEGATIVE:
            questions = (
                _("What was the worst moment for you, and what happened after it?"),
                _("What would help now: for you, and towards others?"),
                _("When would you say: this is solved?"),
            )
        else:
            questions = (
                _("What made the difference for you?"),
                _("What could we have done better all the same?"),
                _("To whom of us may I pass this on?"),
            )
    return "\n".join(questions)


def guide_for(group: str, language: str) -> list[str]:
    """Return the questions for a call, in the language of whoever calls."""
    own = CallGuide.objects.filter(group=group, language=language).first()
    return (own.body if own else standard_guide(group, language)).splitlines()


def write_guide(
    *, group: str, language: str, body: str, author: User, now: datetime | None = None
) -> None:
    """Store the firm's own questions, in place of earlier ones."""
    changes = {"body": body, "changed_by": author, "changed_at": now or timezone.now()}
    CallGuide.objects.update_or_create(group=group, language=language, defaults=changes)


def use_standard_guide(*, group: str, language: str) -> None:
    """Go back to the product's own questions."""
    CallGuide.objects.filter(group=group, language=language).delete()
