"""The report by mail: to whoever chose it, once a month, at their own hour, as one file."""

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from alerts.digest_models import DigestTime
from ambassadors.board import sending
from ambassadors.board.models import BoardSubscription, MonthlyReport
from ambassadors.board.sending import queue_due_reports
from ambassadors.board.subscribing import next_mail, subscribe, unsubscribe
from ambassadors.board.tasks import queue_board_reports
from outbox.dispatching import dispatch_due
from outbox.models import Delivery, Lane, State
from staff.working_hours import WorkingHours, hours_in_force
from tests.board.conftest import answered
from tests.factories import make_closing, make_user
from tests.outbox.conftest import mailbox, use_server  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

ZONE = ZoneInfo("Europe/Amsterdam")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZONE)


MIDDLE = local(2026, 10, 14, 12, 0)


def reader_of(*, hour: int | None = None, now=MIDDLE, **fields):
    """Somebody of management who chose the report in the middle of October."""
    user = make_user(is_management=True, **fields)
    if hour is not None:
        DigestTime.objects.create(user=user, kind="daily", hour=hour, next_at=now)
    subscribe(user, now=now)
    return user


def mails(user=None):
    found = Delivery.objects.filter(template="board").order_by("pk")
    return list(found.filter(recipient_address=user.email) if user else found)


def test_nobody_gets_it_who_did_not_choose():
    make_user(is_management=True)
    assert queue_due_reports(now=local(2026, 11, 2, 9)) == 0


@pytest.mark.parametrize(
    ("chosen", "now", "due"),
    [
        (MIDDLE, local(2026, 10, 31, 23, 59), False),
        (MIDDLE, local(2026, 11, 1, 12, 0), False),  # a Sunday
        (MIDDLE, local(2026, 11, 2, 7, 59), False),
        (MIDDLE, local(2026, 11, 2, 8, 0), True),
        (local(2026, 3, 5, 9), local(2026, 4, 1, 7, 59), False),  # summer time since the 29th
        (local(2026, 3, 5, 9), local(2026, 4, 1, 8, 0), True),
        (local(2026, 12, 5, 9), local(2027, 1, 1, 12, 0), False),  # New Year's Day
        (local(2026, 12, 5, 9), local(2027, 1, 4, 7, 59), False),  # the Monday after
        (local(2026, 12, 5, 9), local(2027, 1, 4, 8, 0), True),
        (local(2028, 2, 29, 9), local(2028, 3, 1, 8, 0), True),
    ],
)
def test_it_leaves_on_the_first_working_day(chosen, now, due):
    reader_of(now=chosen)
    assert queue_due_reports(now=now) == due


def test_it_leaves_at_the_readers_own_hour():
    early, late = reader_of(hour=7), reader_of(hour=17)
    queue_due_reports(now=local(2026, 11, 2, 7, 0))
    assert (len(mails(early)), len(mails(late))) == (1, 0)
    DigestTime.objects.filter(user=late).update(hour=11)  # chosen anew: it counts at once
    queue_due_reports(now=local(2026, 11, 2, 11, 0))
    assert len(mails(late)) == 1


def test_a_day_on_which_the_firm_is_closed_is_no_working_day():
    reader_of()
    closing = make_closing(first_on=date(2026, 11, 2), last_on=date(2026, 11, 3))
    hours_in_force.keep(WorkingHours((), (closing,)), seconds=3600)
    assert queue_due_reports(now=local(2026, 11, 3, 12)) == 0
    assert queue_due_reports(now=local(2026, 11, 4, 8)) == 1


def test_nothing_comes_twice():
    user = reader_of()
    for minute in (0, 5, 10):
        queue_due_reports(now=local(2026, 11, 2, 8, minute))
    BoardSubscription.objects.update(month=OCTOBER)  # whatever went wrong
    queue_due_reports(now=local(2026, 11, 2, 9))
    assert [mail.dedupe_key for mail in mails()] == [f"board:2026-10:{user.pk}"]


def test_stopping_and_choosing_again_does_not_bring_it_again():
    user = reader_of()
    queue_due_reports(now=local(2026, 11, 2, 8))
    unsubscribe(user)
    mine = subscribe(user, now=local(2026, 11, 2, 9))
    assert mine.month == NOVEMBER
    assert queue_due_reports(now=local(2026, 11, 2, 10)) == 0


def test_two_workers_send_one():
    user = reader_of()
    now = local(2026, 11, 2, 8)
    (seen,) = sending._due(now)
    assert queue_due_reports(now=now) == 1
    assert not sending._queue(seen, now)
    assert len(mails(user)) == 1
    assert BoardSubscription.objects.get().month == NOVEMBER


def test_a_missed_month_comes_late_and_the_next_as_usual():
    user = reader_of()
    assert queue_due_reports(now=local(2026, 11, 18, 3)) == 1  # the server was down for weeks
    assert queue_due_reports(now=local(2026, 11, 30, 23)) == 0
    assert queue_due_reports(now=local(2026, 12, 1, 8)) == 1
    assert [mail.dedupe_key[:13] for mail in mails(user)] == ["board:2026-10", "board:2026-11"]


@pytest.mark.parametrize("lost", [{"is_management": False}, {"is_active": False}])
def test_whoever_lost_the_right_gets_none_and_nothing_is_kept_for_later(lost):
    user = reader_of()
    for name, value in lost.items():
        setattr(user, name, value)
    user.save()
    assert queue_due_reports(now=local(2026, 11, 2, 9)) == 0
    assert not mails()
    assert not MonthlyReport.objects.exists()
    user.is_management = user.is_active = True
    user.save()
    assert queue_due_reports(now=local(2026, 11, 3, 9)) == 0
    assert queue_due_reports(now=local(2026, 12, 1, 9)) == 1


def test_one_report_is_made_for_a_month_and_a_language(monkeypatch):
    made = []
    real = sending.mailed_report.__globals__["make_report"]

    def counted(month, **options):
        made.append((month, options["language"]))
        return real(month, **options)

    monkeypatch.setitem(sending.mailed_report.__globals__, "make_report", counted)
    for hour, language in ((8, "nl"), (8, "nl"), (8, "en"), (10, "nl")):
        reader_of(hour=hour, language=language)
    queue_due_reports(now=local(2026, 11, 2, 8))
    answered()  # after the first left: the last still gets what the others got
    queue_due_reports(now=local(2026, 11, 2, 10))
    assert made == [(OCTOBER, "nl"), (OCTOBER, "en")]
    files = {file_of(mail.parsed()) for mail in mails()}
    assert len(mails()) == 4
    assert len(files) == 2


def test_old_reports_are_forgotten():
    for month in (date(2026, 7, 1), date(2026, 9, 1)):
        MonthlyReport.objects.create(month=month, language="nl", pdf=b"%PDF")
    reader_of()
    queue_due_reports(now=local(2026, 11, 2, 8))
    kept = MonthlyReport.objects.order_by("month").values_list("month", flat=True)
    assert list(kept) == [date(2026, 9, 1), OCTOBER]


def test_one_that_fails_stops_no_other(monkeypatch, caplog):
    broken, other = reader_of(), reader_of()
    real = sending.compose_report

    def compose(month, pdf, *, to):
        if to == broken:
            raise RuntimeError("no")
        return real(month, pdf, to=to)

    monkeypatch.setattr(sending, "compose_report", compose)
    assert queue_due_reports(now=local(2026, 11, 2, 8)) == 1
    assert len(mails(other)) == 1
    assert "could not be queued" in caplog.text
    monkeypatch.undo()
    assert queue_due_reports(now=local(2026, 11, 2, 8, 5)) == 1
    assert len(mails(broken)) == 1


def test_it_costs_one_question_when_nothing_is_due():
    for _time in range(3):
        reader_of()
    with CaptureQueriesContext(connection) as asked:
        queue_due_reports(now=MIDDLE)
    assert len(asked) == 1


def file_of(message) -> bytes:
    (data,) = [
        part.get_payload(decode=True)
        for part in message.walk()
        if part.get_content_type() == "application/pdf"
    ]
    return data


@pytest.mark.parametrize(
    ("language", "subject", "name"),
    [
        ("nl", "Ambassadeurs in oktober 2026", "ambassadeurs-2026-10.pdf"),
        ("en", "Ambassadors in October 2026", "ambassadors-2026-10.pdf"),
    ],
)
def test_the_mail_as_it_arrives(mailbox, language, subject, name):  # noqa: F811
    answered(contact="Łukasz Yılmaz", client="Provincie Zeeland")
    user = reader_of(name="Ingrid Mulder", language=language)
    queue_due_reports(now=local(2026, 11, 2, 8))
    Delivery.objects.update(not_before=timezone.now())
    assert dispatch_due() == 1
    message = mailbox.received[0].parsed
    assert message["Subject"] == subject
    assert message["To"] == f"Ingrid Mulder <{user.email}>"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for body in (text, html):
        assert subject in body
        assert "/dashboard/report/?month=2026-10" in body
        assert "/dashboard/report/settings" in body
        assert "Yılmaz" not in body  # names stand in the file only
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == name
    page = PdfReader(io.BytesIO(file_of(message))).pages[0].extract_text()
    assert "Łukasz Yılmaz" in page
    assert bytes(MonthlyReport.objects.get().pdf) == file_of(message)
    delivery = Delivery.objects.get(template="board")
    assert (delivery.state, delivery.lane) == (State.SENT, Lane.DIGEST)
    assert delivery.is_confidential


def test_only_the_recipient_and_management_read_it(client, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    reader_of()
    queue_due_reports(now=local(2026, 11, 2, 8))
    (mail,) = mails()
    seen = {}
    for who, fields in {"administrator": {}, "both": {"is_management": True}}.items():
        client.force_login(make_user(is_administrator=True, **fields))
        seen[who] = client.get(f"/outbox/{mail.pk}/").content.decode()
    assert "ambassadeurs-2026-10.pdf" not in seen["administrator"]
    assert "Ambassadeurs in oktober" not in seen["administrator"]
    assert "ambassadeurs-2026-10.pdf" in seen["both"]


def test_the_task_makes_that_one_call(monkeypatch):
    monkeypatch.setattr("ambassadors.board.tasks.queue_due_reports", lambda: 7)
    assert queue_board_reports() == 7


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (local(2026, 11, 2, 7, 59), OCTOBER),  # it leaves in a minute
        (local(2026, 11, 2, 8, 0), NOVEMBER),  # it has left
        (local(2026, 11, 1, 0, 0), OCTOBER),
        (local(2026, 10, 31, 23, 59), OCTOBER),
    ],
)
def test_whoever_chooses_it_gets_the_next_that_leaves(now, month):
    user = make_user(is_management=True)
    mine = subscribe(user, now=now)
    assert mine.month == month
    assert next_mail(mine, now=now) > now
    assert subscribe(user, now=now).pk == mine.pk
