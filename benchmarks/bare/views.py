"""The client's page as one would write it by hand in an afternoon, with the product's rows.

It reads what the product reads and writes the rows that the product writes, in one transaction.
What it leaves out stands in docs/benchmarks.md: translations, templates, form classes, rules.
"""

import hashlib
import uuid
from datetime import datetime, timedelta
from html import escape

from django.contrib.auth.decorators import login_not_required
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, FilteredRelation, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from alerts.escalation import AlertClock
from alerts.models import Alert, AlertEvent, Notification
from outbox.models import Delivery
from staff.absence import Absence
from staff.models import User
from surveys.models import (
    Contact,
    HeldAnswer,
    Invitation,
    Link,
    Project,
    ProjectContact,
    Response,
    Service,
)

_PART = "invitation__project_contact"
_SATISFACTION = ("dissatisfied", "satisfied", "more_than_satisfied")
_RECOMMENDATION = ("yes", "maybe", "no", "not_allowed")
_INTEREST = ("yes", "not_now")
_PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{project}</title>
<h1>Hoe was het om met ons te werken aan {project}?</h1>
<p>Beste {contact}, {manager} en {supervisor} van ons lezen uw antwoord, met uw naam erbij.</p>
<form method="post">
<fieldset><legend>Bent u tevreden over onze dienstverlening?</legend>{satisfaction}</fieldset>
<label>Kunt u dat kort toelichten? <textarea name="motivation" rows="3"></textarea></label>
<fieldset><legend>Zou u ons aanbevelen?</legend>{recommendation}</fieldset>
<fieldset><legend>Heeft u interesse in meer diensten van ons?</legend>{interest}</fieldset>
<fieldset><legend>Welke diensten?</legend>{services}</fieldset>
<button>Verstuur mijn antwoorden</button></form></html>"""
_TEXT = "Beste {name},\n\nEen klant antwoordde: {answer}.\n\n{why}\n\nBel vandaag nog.\n" * 8
_HTML = "<p>Beste {name},</p><p>Een klant antwoordde: <b>{answer}</b>.</p><p>{why}</p>" * 12


@login_not_required
@csrf_exempt
@gzip_page
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the four questions, or store the answers."""
    link = (
        Link.objects.filter(token_hash=hashlib.sha256(token.encode()).hexdigest())
        .annotate(
            answer=FilteredRelation(
                "invitation__responses",
                condition=Q(invitation__responses__replaced_at__isnull=True),
            )
        )
        .annotate(answer_pk=F("answer__pk"))
        .select_related(
            f"{_PART}__contact",
            f"{_PART}__project__client",
            f"{_PART}__project__account_manager__supervisor",
            f"{_PART}__project__division__fallback",
        )
        .first()
    )
    if link is None:
        raise Http404
    services = list(Service.objects.filter(is_offered=True))
    if request.method == "POST":
        return _store(request, link.invitation, services)
    return HttpResponse(_form(link.invitation.project, link.invitation.contact, services))


def _form(project: Project, contact: Contact, services: list[Service]) -> str:
    manager = project.account_manager
    boxes = (
        f'<label><input type="checkbox" name="services" value="{one.pk}">{escape(one.name)}</label>'
        for one in services
    )
    return _PAGE.format(
        project=escape(project.name),
        contact=escape(contact.name),
        manager=escape(manager.name),
        supervisor=escape(manager.supervisor.name if manager.supervisor else ""),
        satisfaction=_radios("satisfaction", _SATISFACTION),
        recommendation=_radios("recommendation", _RECOMMENDATION),
        interest=_radios("interest", _INTEREST),
        services="".join(boxes),
    )


def _radios(name: str, values: tuple[str, ...]) -> str:
    return "".join(
        f'<label><input type="radio" name="{name}" value="{value}" required>{value}</label>'
        for value in values
    )


def _store(request: HttpRequest, invitation: Invitation, services: list[Service]) -> HttpResponse:
    answers = {
        name: request.POST.get(name, "")
        for name in ("satisfaction", "recommendation", "interest", "motivation")
    }
    if not (
        answers["satisfaction"] in _SATISFACTION
        and answers["recommendation"] in _RECOMMENDATION
        and answers["interest"] in _INTEREST
    ):
        return HttpResponse(_form(invitation.project, invitation.contact, services))
    now = timezone.now()
    wanted = {int(pk) for pk in request.POST.getlist("services") if pk.isdecimal()}
    with transaction.atomic():
        Invitation.objects.select_for_update().get(pk=invitation.pk)
        standing = Response.objects.filter(invitation=invitation, replaced_at=None)
        if standing.first() is None:
            group = "negative" if answers["satisfaction"] == "dissatisfied" else "neutral"
            response = Response.objects.create(
                invitation=invitation,
                **answers,
                group=group,
                reason="bare",
                rule_version="bare",
                language=invitation.language,
                digest=hashlib.sha256(repr(answers).encode()).hexdigest(),
                submitted_at=now,
            )
            response.services.set(one for one in services if one.pk in wanted)
            HeldAnswer.objects.filter(invitation=invitation, state="held").update(
                state="replaced", decided_at=now
            )
            Link.objects.filter(invitation=invitation, reminder__gt=0).exists()
            if group == "negative":
                _alert(response, invitation.project_contact, now)
    return HttpResponseRedirect("thanks/")


def _alert(response: Response, part: ProjectContact, now: datetime) -> None:
    manager = part.project.account_manager
    due = now + timedelta(hours=4)
    list(Absence.objects.on(now.date()).select_related("stand_in"))
    alert = Alert.objects.create(
        response=response,
        group=response.group,
        owner=manager,
        raised_at=now,
        acknowledge_by=due,
        speak_by=due,
        due_at=due,
    )
    times = {"starts_at": now, "half_at": due, "due_at": due, "twice_at": due}
    AlertClock.objects.bulk_create(
        AlertClock(alert=alert, kind=kind, next_step="nudge", next_step_at=due, **times)
        for kind in ("first", "second")
    )
    AlertEvent.objects.create(alert=alert, kind="raised", at=now)
    _read_what_the_mail_tells(response, part)
    for user in (manager, manager.supervisor):
        if user is not None:
            _tell(alert, user, is_owner=user == manager, now=now)


def _read_what_the_mail_tells(response: Response, part: ProjectContact) -> None:
    """Earlier answers, colleagues with theirs, and open alerts: the reads, without the text."""
    of_contact = Response.objects.filter(invitation__project_contact__contact=part.contact)
    list(of_contact.exclude(pk=response.pk)[:8])
    others = Contact.objects.filter(client=part.contact.client_id).exclude(pk=part.contact_id)
    list(others)
    of_others = Response.objects.filter(invitation__project_contact__contact__in=others)
    list(of_others.select_related("invitation__project_contact")[:64])
    list(ProjectContact.objects.filter(contact__in=others).exclude(role="").order_by("-pk"))
    path = "response__invitation__project_contact"
    alerts = Alert.objects.filter(**{f"{path}__project__client": part.project.client_id})
    alerts = alerts.exclude(state="closed").exclude(response=response)
    list(alerts.select_related("owner", f"{path}__contact", f"{path}__project")[:8])


def _tell(alert: Alert, user: User, *, is_owner: bool, now: datetime) -> None:
    message = _frozen(alert, user)
    delivery = Delivery.objects.create(
        dedupe_key=f"alert:{alert.pk}:email:{user.pk}",
        lane=10,
        recipient_name=user.name,
        recipient_address=user.email,
        subject="Signaal",
        template="alert",
        message_id=f"<{uuid.uuid4().hex}@localhost>",
        message=message,
        digest=hashlib.sha256(message).hexdigest(),
        not_before=now,
        created_at=now,
    )
    Notification.objects.create(alert=alert, recipient=user, delivery=delivery, is_owner=is_owner)


def _frozen(alert: Alert, user: User) -> bytes:
    """A mail of two parts, filled in by hand, as bytes."""
    answer = alert.response
    mail = EmailMultiAlternatives(
        subject="Signaal",
        body=_TEXT.format(name=user.name, answer=answer.satisfaction, why=answer.motivation),
        from_email="ambassadors@localhost",
        to=[user.email],
    )
    html = _HTML.format(
        name=escape(user.name), answer=answer.satisfaction, why=escape(answer.motivation)
    )
    mail.attach_alternative(html, "text/html")
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
