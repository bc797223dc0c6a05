"""A – that was closed as solved, and the mail that asks its client whether it is."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts import actions
from alerts.models import Alert
from outbox.models import Delivery
from staff.models import User
from surveys.actions.solving import ask_due_questions
from surveys.models import Contact, SolvedQuestion
from tests.factories import make_alert, make_contact, make_user

HOME = ZoneInfo("Europe/Amsterdam")
RAISED = datetime(2026, 11, 2, 10, 0, tzinfo=HOME)  # a Monday
CLOSED = datetime(2026, 11, 5, 15, 0, tzinfo=HOME)
DUE = datetime(2026, 11, 12, 9, 0, tzinfo=HOME)  # five working days later, as the office opens
HEARD = datetime(2026, 11, 13, 11, 0, tzinfo=HOME)


def closed_alert(
    *, outcome: str = "recovered", owner: User | None = None, contact: Contact | None = None
) -> Alert:
    owner = owner or make_user(supervisor=make_user())
    contact = contact or make_contact(name="Zoë van Dijk")
    alert = make_alert(owner=owner, contact=contact, now=RAISED, project_name="Kadeherstel")
    actions.acknowledge(alert=alert, actor=owner, now=RAISED + timedelta(hours=1))
    close(alert, outcome=outcome)
    return alert


def close(alert: Alert, *, outcome: str = "recovered", now: datetime = CLOSED) -> None:
    actor = alert.owner
    actions.close(alert=alert, actor=actor, outcome=outcome, root_cause="planning", now=now)
    alert.refresh_from_db()


def asked(alert: Alert | None = None, *, now: datetime = DUE) -> SolvedQuestion:
    """The question about ``alert``, in a mail that waits to leave."""
    alert = alert or closed_alert()
    ask_due_questions(now=now)
    question = SolvedQuestion.objects.filter(response=alert.response).last()
    assert question.asked_at == now
    return question


def token_of(question: SolvedQuestion) -> str:
    """The token, as the client has it in the mail: the only place that holds it."""
    body = question.delivery.parsed().get_body(("plain",)).get_content()
    return re.search(r"/s/([\w-]+)/solved/\?solved=yes", body)[1]


def client_mails() -> list[Delivery]:
    return list(Delivery.objects.filter(template="solved").order_by("pk"))


def colleague_mails() -> list[Delivery]:
    return list(Delivery.objects.filter(template="wish").order_by("pk"))


def bodies(delivery: Delivery) -> list[str]:
    parsed = delivery.parsed()
    return [parsed.get_body((kind,)).get_content() for kind in ("plain", "html")]
