"""The course of one alert: invited, answered, mailed, acted on, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.causes import Causes
from alerts.escalation_words import escalation_texts
from alerts.models import Alert, AlertEvent, ContactKind, EventKind, Notification, State
from alerts.models import Outcome as AlertOutcome
from alerts.solved_words import asked_steps, lines_of_clients
from alerts.story import mailings
from alerts.told import by_chat, by_digest
from alerts.wish_words import wish_texts
from alerts.wording import list_in_words
from outbox.models import KEPT, Delivery
from outbox.models import State as DeliveryState
from staff.models import User
from staff.wording import day, moment
from surveys import segmentation
from surveys.models import Group
from surveys.segmentation import GLYPHS


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line in the course of an alert."""

    at: datetime
    text: str
    note: str = ""
    is_key: bool = False
    is_fault: bool = False


def course_of(alert: Alert, *, reader: User) -> list[Step]:
    """Return what happened to ``alert``, newest first: invited, answered, mailed, acted on.

    Of what happened at one moment the mail stands above the answer that caused it.
    """
    steps = [Step(at=alert.response.invitation.invited_at, text=_("Invited"))]
    notifications = mailings(alert)
    steps += mail_steps(notifications, reader=reader)
    steps += _steps_without_mail(alert, notifications, reader=reader)
    steps += [Step(at=at, text=text) for at, text in asked_steps(alert)]
    steps += [
        Step(at=later.submitted_at, text=_("Later answered differently"))
        for later in alert.response.later_answers.all()
    ]
    # Of what happened at one moment the last stands first, as everywhere in the course.
    steps += reversed(event_steps(alert))
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _steps_without_mail(
    alert: Alert, notifications: Iterable[Notification], *, reader: User
) -> list[Step]:
    """Return who is told by chat or in a digest; the latter asked where somebody got no mail."""
    lines = by_chat(alert, reader=reader)
    if not all(one.delivery for one in notifications):
        owners = {one.recipient_id for one in notifications if one.is_owner}
        lines += by_digest(alert, reader=reader, owner_ids=owners, now=timezone.now())
    return [Step(at=one.at, text=one.text, is_fault=one.is_fault) for one in lines]


def event_steps(alert: Alert, *, after_version: int | None = None) -> list[Step]:
    """Return what is in the ledger of ``alert``, oldest first.

    With ``after_version`` only what colleagues did since: what somebody with an older page missed.
    """
    events = AlertEvent.objects.filter(alert=alert).select_related("actor")
    if after_version is not None:
        events = events.filter(data__version__gt=after_version)
    found = list(events.order_by("at", "pk"))
    names, causes, lines = _names_of_owners(found), Causes(), lines_of_clients(found)
    return [
        _event_step(event, names, causes, line=lines.get(event.data.get("answer", 0), ""))
        for event in found
    ]


def _names_of_owners(events: list[AlertEvent]) -> dict[int, str]:
    """Return the names of those an alert was handed over to, in one query if there are any."""
    ids = {event.data["new_owner"] for event in events if event.kind == EventKind.REASSIGNED}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _event_step(
    event: AlertEvent, names: dict[int, str], causes: Causes, *, line: str = ""
) -> Step:
    """Put one event into words; ``line`` is what the client wrote with it."""
    name = event.actor.name if event.actor else _("the system")
    by = {"name": name}
    texts = {
        EventKind.RAISED: _("Answer received"),
        EventKind.ACKNOWLEDGED: _("Taken up by %(name)s") % by,
        EventKind.NOTED: _("Note by %(name)s") % by,
        EventKind.REASSIGNED: _("%(name)s handed it over to %(owner)s")
        % {**by, "owner": names.get(event.data.get("new_owner", 0), "?")},
        EventKind.CLOSED: _("Closed by %(name)s") % by,
        EventKind.REOPENED: _("Reopened by %(name)s") % by
        if event.actor
        else _("Reopened, because the client says so"),
        EventKind.CONFIRMED: _("Client confirms that it is solved"),
        EventKind.SAID_SOLVED: _("Client says that it is solved"),
        EventKind.NOT_SOLVED: _("Client says that it is not solved yet"),
        EventKind.REPAIRED: _("Mail queued after all"),
        **wish_texts(event.data),
        **escalation_texts(event.data),
        EventKind.ANSWERED_ANEW: _("Answered anew: %(glyph)s") % {"glyph": _glyph(event)},
    }
    kind = EventKind(event.kind)
    text = _IN_WORDS[kind](event, name) if kind in _IN_WORDS else texts[kind]
    if event.kind == EventKind.CLOSED:
        text = f"{text}: {outcome_in_words(event.data, causes)}"
    is_late = event.kind == EventKind.SNOOZED and bool(event.data.get("is_past_deadline"))
    is_fault = is_late or event.kind == EventKind.NOT_SOLVED
    is_key = event.kind == EventKind.RAISED
    return Step(at=event.at, text=text, note=event.note or line, is_key=is_key, is_fault=is_fault)


def _contact_in_words(event: AlertEvent, name: str) -> str:
    """Return ``Telefonisch gesproken, door Sanne; daarna: voorstel sturen, vóór 24 nov. 10:00``."""
    kind = event.data.get("how", "")
    how = ContactKind(kind).label if kind in ContactKind.values else kind
    text = _("%(how)s, by %(name)s") % {"how": how, "name": name}
    if event.data.get("state") == State.WAITING:
        text = _("%(text)s; it is the client's turn") % {"text": text}
    if at := event.data.get("next_step_at"):
        step = event.data.get("next_step") or _("next step")
        text = _("%(text)s; then: %(step)s, before %(moment)s") % {
            "text": text,
            "step": step,
            "moment": moment(datetime.fromisoformat(at), now=event.at),
        }
    return text


def _snooze_in_words(event: AlertEvent, name: str) -> str:
    """Return until when somebody put it off, and whether that passes the deadline of a –."""
    until = timezone.localdate(datetime.fromisoformat(event.data["until"]))
    said = {"name": name, "day": day(until, today=timezone.localdate(event.at))}
    if event.data.get("is_past_deadline"):
        return _("Put off by %(name)s until %(day)s, past its deadline") % said
    return _("Put off by %(name)s until %(day)s") % said


def _woken_in_words(event: AlertEvent, name: str) -> str:
    if event.actor is None:
        return _("No longer put off: the client wants to be called")
    return _("No longer put off, by %(name)s") % {"name": name}


_IN_WORDS = {
    EventKind.CONTACTED: _contact_in_words,
    EventKind.SNOOZED: _snooze_in_words,
    EventKind.WOKEN: _woken_in_words,
}


def _glyph(event: AlertEvent) -> str:
    group = event.data.get("group", "")
    return GLYPHS[segmentation.Group(group)] if group in Group.values else ""


def outcome_in_words(data: dict[str, str], causes: Causes) -> str:
    """Return outcome, root cause and structural fix of a closing event as one phrase."""
    words = []
    if data.get("outcome") in AlertOutcome.values:
        words.append(str(AlertOutcome(data["outcome"]).label))
    if code := data.get("root_cause"):
        words.append(_("cause: %(cause)s") % {"cause": causes.name_of(code)})
    if fix := data.get("structural_fix"):
        words.append(_("needs a structural fix: %(fix)s") % {"fix": fix})
    return ", ".join(words)


class _MailEnd(StrEnum):
    """How far a mail to a colleague came, as far as its reader has to tell apart."""

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    UNDELIVERABLE = "undeliverable"
    UNCERTAIN = "uncertain"
    AGAIN = "again"  # perhaps delivered, and waiting to be sent once more
    REPEATED = "repeated"


# Only a colleague withdraws a mail that tells of an alert; what says so must not look well.
_FAULTS = {_MailEnd.UNDELIVERABLE, _MailEnd.UNCERTAIN, _MailEnd.WITHDRAWN}


def mail_steps(notifications: Iterable[Notification], *, reader: User) -> list[Step]:
    """Return who was mailed and when; those mailed in the same second share a line.

    A line carries the real time of its last mail, so that it sorts after what led to it.
    """
    groups: dict[tuple[_MailEnd, datetime], list[tuple[datetime, str]]] = {}
    for notification in notifications:
        delivery = notification.delivery
        if delivery is None:
            continue  # told without a mail
        at = delivery.sent_at or delivery.created_at
        if delivery.state == DeliveryState.CANCELLED:
            at = delivery.cancelled_at or at
        who = _("you") if notification.recipient == reader else notification.recipient.name
        part = _("owner") if notification.is_owner else _("for information")
        key = (_mail_end(delivery), at.replace(microsecond=0))
        groups.setdefault(key, []).append((at, f"{who} ({part})"))
    return [
        _mail_step(
            end, max(at for at, _name in mails), list_in_words([name for _at, name in mails])
        )
        for (end, _second), mails in groups.items()
    ]


def _mail_end(delivery: Delivery) -> _MailEnd:
    if delivery.state == DeliveryState.UNCERTAIN:
        return _MailEnd.UNCERTAIN
    if delivery.state == DeliveryState.SENT and delivery.is_repeated:
        return _MailEnd.REPEATED
    if delivery.state == DeliveryState.SENT:
        return _MailEnd.KEPT if delivery.transport == KEPT else _MailEnd.SENT
    if delivery.state == DeliveryState.UNDELIVERABLE:
        return _MailEnd.UNDELIVERABLE
    if delivery.state == DeliveryState.CANCELLED:
        return _MailEnd.WITHDRAWN
    return _MailEnd.AGAIN if delivery.is_repeated else _MailEnd.WAITING


def _mail_step(end: _MailEnd, at: datetime, names: str) -> Step:
    texts = {
        _MailEnd.WAITING: _("Mail to %(names)s is waiting to be sent"),
        _MailEnd.SENT: _("Mail sent to %(names)s"),
        _MailEnd.KEPT: _("Mail to %(names)s kept in the outbox: no mail server is set up"),
        _MailEnd.WITHDRAWN: _("Mail to %(names)s was withdrawn by hand and never left"),
        _MailEnd.UNDELIVERABLE: _("Mail to %(names)s could not be delivered"),
        _MailEnd.UNCERTAIN: _("Mail to %(names)s was perhaps delivered: the server did not reply"),
        _MailEnd.AGAIN: _("Mail to %(names)s: perhaps delivered already, is being sent again"),
        _MailEnd.REPEATED: _("Mail to %(names)s: perhaps delivered already, sent again"),
    }
    text = texts[end] % {"names": names}
    return Step(at=at, text=text, is_fault=end in _FAULTS)
