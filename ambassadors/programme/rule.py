"""When somebody may be asked for something, and in words why not (PRODUCT, 8).

``obstacles`` decides from a ``Situation`` that ``situation_of`` reads in four queries. An obstacle
that may be overruled takes a reason; of the others nobody can say why they would not hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from alerts.models import Alert
from ambassadors.programme.models import Ask, AskAnswer, AskKind
from staff.wording import day
from surveys.models import Group, Recommendation, Response

REST = timedelta(days=90)  # between two asks of one person
# What is left for whoever may not recommend: the story of the project (surveys.kinds_offered).
_NO_RECOMMENDATION = frozenset({AskKind.STORY})


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """One reason not to ask. ``key`` names it, so that who overrules it overrules nothing else."""

    key: str
    text: str
    may_be_overruled: bool = True


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What decides: the answer of the alert, the person's latest, open –, earlier asks."""

    counts: bool  # the answer is a +, and no newer one took its place
    may_recommend: bool
    open_minus: Sequence[Alert]
    asks: Sequence[Ask]  # the latest first

    @property
    def kinds(self) -> list[AskKind]:
        """What this person may ever be asked for."""
        return [kind for kind in AskKind if self.may_recommend or kind in _NO_RECOMMENDATION]


def situation_of(alert: Alert) -> Situation:
    """Read what decides about the person behind ``alert``."""
    response, contact = alert.response, alert.response.contact
    standing = Response.objects.standing().filter(invitation__project_contact__contact=contact)
    latest = standing.order_by("-submitted_at", "-pk").values_list("recommendation", flat=True)
    client = {"response__invitation__project_contact__project__client": response.project.client_id}
    minus = Alert.objects.open().filter(group=Group.NEGATIVE, **client).with_story()
    return Situation(
        counts=alert.group == Group.POSITIVE and response.replaced_at is None,
        may_recommend=Recommendation.NOT_ALLOWED not in {response.recommendation, latest.first()},
        open_minus=list(minus.order_by("pk")),
        asks=list(
            Ask.objects.of_contact(contact)
            .select_related("asked_by")
            .prefetch_related("corrections__actor")
        ),
    )


def obstacles(situation: Situation, *, on: date, kind: AskKind | None = None) -> list[Obstacle]:
    """Return why not to ask on this day, for ``kind`` or for anything; empty means: ask."""
    found = []
    if not situation.counts:
        found.append(_final("answer", _("This answer does not count any more: ask nothing.")))
    for alert in situation.open_minus:
        found.append(Obstacle(key=f"minus:{alert.pk}", text=_minus_in_words(alert)))
    if kind is not None and kind not in situation.kinds:
        text = _("This person may not recommend because of their position: only ask for a story.")
        found.append(_final("position", text))
    for ask in situation.asks:
        if ask.kind == kind and ask.answer == AskAnswer.OPEN:
            found.append(_final(f"open:{ask.pk}", _open_in_words(ask, on)))
        elif abs(on - ask.asked_on) < REST:
            found.append(Obstacle(key=f"asked:{ask.pk}", text=_recent_in_words(ask, on)))
    return found


def _final(key: str, text: str) -> Obstacle:
    return Obstacle(key=key, text=text, may_be_overruled=False)


def _minus_in_words(alert: Alert) -> str:
    if alert.owner is None:
        return _("A – is open at this client: call first.")
    return _("A – is open at this client, with %(name)s: call first.") % {"name": alert.owner.name}


def _recent_in_words(ask: Ask, on: date) -> str:
    return _("%(name)s asked this person on %(day)s: %(kind)s. Wait until %(until)s.") % {
        "name": ask.asked_by.name,
        "day": day(ask.asked_on, today=on),
        "kind": ask.get_kind_display(),
        "until": day(ask.asked_on + REST, today=on),
    }


def _open_in_words(ask: Ask, on: date) -> str:
    return _("%(name)s asked for this on %(day)s, and there is no answer yet.") % {
        "name": ask.asked_by.name,
        "day": day(ask.asked_on, today=on),
    }
