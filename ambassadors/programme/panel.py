"""What the inbox shows of asks: on the page of an alert, and in the tab of whom to ask."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from alerts.models import Alert
from alerts.panels import Panel
from alerts.to_ask import AskLedger
from ambassadors.programme.models import Ask
from ambassadors.programme.rule import obstacles, situation_of
from staff.models import User
from surveys.models import Group


def asks_panel(alert: Alert, user: User) -> Panel | None:
    """Show on a + what the person was ever asked, by whomever, and whether to ask now."""
    if alert.group != Group.POSITIVE:
        return None
    situation = situation_of(alert)
    mine = Ask.objects.visible_to(user).of_contact(alert.response.contact)
    return Panel(
        template="programme/panel.html",
        context={
            "asks": situation.asks,
            "obstacles": obstacles(situation, on=timezone.localdate()),
            "may_recommend": situation.may_recommend,
            "answerable": set(mine.values_list("pk", flat=True)),
        },
    )


def _asked() -> QuerySet[Any]:
    return Ask.objects.values("alert")


def _again(first: date | None, last: date) -> dict[int, date]:
    rows = Ask.objects.again(first, last).values_list("alert", "again_on")
    return {alert: again_on for alert, again_on in rows if again_on is not None}


ASKS = AskLedger(asked=_asked, again=_again)
