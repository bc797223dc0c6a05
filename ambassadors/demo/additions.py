"""What account managers of the demo add to their invitations: a sentence, and what they did."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from alerts.actions import acknowledge, close
from alerts.models import Alert, Outcome, RootCause
from surveys.actions import Answers, record_response
from surveys.actions.adding import write_line
from surveys.actions.solving import answer_question
from surveys.eligibility import plan_invitations
from surveys.models import (
    Invitation,
    Link,
    ProjectContact,
    Response,
    SolvedQuestion,
    Verdict,
)

_LINES = (
    "Fijn dat de bewonersavond zo goed is verlopen; ik hoor nog vaak over uw inleiding.",
    "Dank voor de rondleiding vorige week; het resultaat staat er mooi bij.",
    "Uw opmerkingen over de planning heb ik meegenomen naar het volgende werk.",
)
_BEFORE = Answers(
    satisfaction="dissatisfied",
    recommendation="maybe",
    interest="not_now",
    motivation="Wij hadden elke maand een ander aan de lijn. Geef ons één aanspreekpunt.",
)
_DONE = "U heeft nu één vast aanspreekpunt, dat bij elk overleg aanwezig is."

_CONFIRMED = "Ja, met één aanspreekpunt loopt het nu goed. Dank daarvoor."


def prepare(*, now: datetime | None = None) -> None:
    """Write some personal lines, and what was done with one earlier answer, before inviting."""
    now = now or timezone.now()
    asks = [ask.main.pk for ask in plan_invitations(now=now).asks]
    rows = ProjectContact.objects.filter(pk__in=asks).order_by("pk")
    related = rows.select_related("contact__client", "project__account_manager")
    parts = [part for part in related if part.contact.spoken_language == "nl"]
    if (earlier := _earlier_project(parts, now)) is not None:
        _answer_then(earlier)
        parts.sort(key=lambda part: part.contact_id != earlier.contact_id)
    for part, text in zip(parts, _LINES, strict=False):
        write_line(project_contact=part, author=part.project.account_manager, text=text, now=now)


def _earlier_project(parts: list[ProjectContact], now: datetime) -> ProjectContact | None:
    """Return a part in a project, too long ago to count as asked recently, of one of the same."""
    recent = timezone.localdate(now) - timedelta(days=settings.SURVEY_FATIGUE_DAYS + 30)
    known = ProjectContact.objects.of_closed_projects().filter(
        contact__in=[part.contact_id for part in parts], project__closed_on__lt=recent
    )
    newest = known.order_by("-project__closed_on", "pk")
    return newest.select_related("contact__client", "project__account_manager").first()


def _answer_then(part: ProjectContact) -> None:
    """Let a contact have answered – about an earlier project, and its alert be recovered."""
    closed_on, manager = part.project.closed_on, part.project.account_manager
    assert closed_on is not None  # it is of a closed project
    asked_at = timezone.make_aware(datetime.combine(closed_on + timedelta(days=3), time(9, 30)))
    invitation = Invitation.objects.create(
        project_contact=part,
        language=part.contact.spoken_language,
        invited_at=asked_at,
        expires_at=asked_at + timedelta(days=settings.INVITATION_EXPIRES_AFTER_DAYS),
    )
    answered_at = asked_at + timedelta(hours=5)
    response = record_response(invitation=invitation, answers=_BEFORE, now=answered_at).response
    alert = Alert.objects.get(response=response)
    acknowledge(alert=alert, actor=manager, now=answered_at + timedelta(hours=1))
    close(
        alert=alert,
        actor=manager,
        outcome=Outcome.RECOVERED,
        root_cause=RootCause.STAFFING,
        note="Gebeld: Karim Smit is voortaan het aanspreekpunt.",
        follow_up=_DONE,
        now=answered_at + timedelta(days=8),
    )
    _confirm(response, asked_at=answered_at + timedelta(days=15))


def _confirm(response: Response, *, asked_at: datetime) -> None:
    """Let the client have been asked whether it is solved, and have confirmed it."""
    question = SolvedQuestion.objects.filter(response=response).first()
    if question is None:  # the firm asks nobody
        return
    token_hash = Link.hash_of(Link.new_token())  # of a mail that nobody has: it was long ago
    link = Link.objects.create(
        invitation=response.invitation, token_hash=token_hash, created_at=asked_at
    )
    question.open(link, at=asked_at)
    answer_question(
        question=question,
        verdict=Verdict.YES,
        line=_CONFIRMED,
        now=asked_at + timedelta(hours=3),
    )
