"""Plain functions that make rows. A call names only what its test depends on."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from alerts.actions import raise_alert
from alerts.leads import follow_answer
from alerts.models import Alert, Lead
from ambassadors.programme.models import Ask
from staff.absence import Absence
from staff.hours import Closing
from staff.models import Division, User
from surveys.models import (
    Client,
    Contact,
    Invitation,
    Link,
    Project,
    ProjectContact,
    Questionnaire,
    QuestionnaireService,
    QuestionWording,
    Response,
    Sector,
    Service,
)
from surveys.segmentation import Recommendation, Satisfaction, segment

_numbers = count(1)
PASSWORD = "een-lang-wachtwoord-24"


def make_division(*, name: str = "", fallback: User | None = None) -> Division:
    return Division.objects.create(name=name or f"Divisie {next(_numbers)}", fallback=fallback)


def make_closing(*, division: Division | None = None, **fields: Any) -> Closing:
    """A bridge day of the whole firm, or of one division."""
    fields = {"first_on": date(2026, 5, 15), "last_on": date(2026, 5, 15), **fields}
    return Closing.objects.create(division=division, **{"name": "Brugdag", **fields})


def make_user(*, name: str = "", password: str | None = None, **fields: Any) -> User:
    """A user without a password cannot sign in, and costs no hashing; use ``force_login``."""
    number = next(_numbers)
    fields.setdefault("email", f"medewerker{number}@waterkant.example")
    return User.objects.create_user(
        name=name or f"Medewerker {number}", password=password, **fields
    )


def make_absence(*, user: User, stand_in: User | None = None, **fields: Any) -> Absence:
    """Away today, unless ``first_on`` and ``last_on`` say otherwise; nobody is mailed."""
    fields = {"first_on": timezone.localdate(), "last_on": timezone.localdate(), **fields}
    return Absence.objects.create(
        user=user, stand_in=stand_in or make_user(), recorded_by=user, **fields
    )


def make_client(*, name: str = "", **fields: Any) -> Client:
    return Client.objects.create(name=name or f"Gemeente {next(_numbers)}", **fields)


def make_contact(*, client: Client | None = None, name: str = "", **fields: Any) -> Contact:
    number = next(_numbers)
    fields.setdefault("email", f"contact{number}@gemeente.example")
    fields.setdefault("phone", "+31612345678")
    fields.setdefault("job_title", "Programmamanager Water")
    fields.setdefault("details_as_of", date(2026, 1, 1))
    return Contact.objects.create(
        client=client or make_client(), name=name or f"Contact {number}", **fields
    )


def make_service(*, name: str = "", **fields: Any) -> Service:
    return Service.objects.create(name=name or f"Dienst {next(_numbers)}", **fields)


def make_sector(*, name: str = "") -> Sector:
    return Sector.objects.create(name=name or f"Sector {next(_numbers)}")


def make_project(
    *, account_manager: User | None = None, closed_on: date | None = None, **fields: Any
) -> Project:
    """A closed project; pass ``state="running", closed_on=None`` fields for a running one."""
    number = next(_numbers)
    if fields.get("state") != Project.State.RUNNING:
        fields["state"] = Project.State.CLOSED
        closed_on = closed_on or timezone.localdate() - timedelta(days=1)
    fields.setdefault("number", f"T{number:05}")
    fields.setdefault("name", f"Klimaatadaptatieplan {number}")
    fields.setdefault("value", Decimal("84500.00"))
    if "client" not in fields:
        fields["client"] = make_client()
    if "division" not in fields:
        fields["division"] = make_division()
    return Project.objects.create(
        account_manager=account_manager or make_user(supervisor=make_user()),
        closed_on=closed_on,
        **fields,
    )


def make_project_contact(
    *, project: Project | None = None, contact: Contact | None = None, role: str = "decider"
) -> ProjectContact:
    project = project or make_project()
    contact = contact or make_contact(client=project.client)
    return ProjectContact.objects.create(project=project, contact=contact, role=role)


def make_invitation(
    *,
    project_contact: ProjectContact | None = None,
    invited_at: datetime | None = None,
    **fields: Any,
) -> Invitation:
    project_contact = project_contact or make_project_contact()
    invited_at = invited_at or timezone.now()
    fields.setdefault("expires_at", invited_at + timedelta(days=30))
    fields.setdefault("language", project_contact.contact.spoken_language)
    return Invitation.objects.create(
        project_contact=project_contact, invited_at=invited_at, **fields
    )


def make_questionnaire(
    *,
    touchpoint: str = "aftercare",
    is_active: bool = False,
    services: tuple[Service, ...] = (),
    nl: dict[str, str] | None = None,
    en: dict[str, str] | None = None,
    **fields: Any,
) -> Questionnaire:
    """A version: a draft, or with ``is_active`` in use; ``nl`` and ``en`` are its own words."""
    if is_active or fields.get("frozen_at"):
        fields.setdefault("activated_at", timezone.now())
    last = Questionnaire.objects.filter(touchpoint=touchpoint).order_by("version").last()
    fields.setdefault("version", last.version + 1 if last else 1)
    fields.setdefault("created_by", make_user())
    made = Questionnaire.objects.create(touchpoint=touchpoint, is_active=is_active, **fields)
    for service in services:
        QuestionnaireService.objects.create(questionnaire=made, service=service)
    for language, texts in (("nl", nl), ("en", en)):
        if texts:
            QuestionWording.objects.create(questionnaire=made, language=language, **texts)
    return made


def make_token(invitation: Invitation | None = None) -> str:
    """Return the token of a fresh link, as the client has it in the mail."""
    token = Link.new_token()
    Link.objects.create(invitation=invitation or make_invitation(), token_hash=Link.hash_of(token))
    return token


def make_response(
    *,
    invitation: Invitation | None = None,
    satisfaction: str = "satisfied",
    recommendation: str = "maybe",
    interest: str = "not_now",
    motivation: str = "",
    submitted_at: datetime | None = None,
    replaced_at: datetime | None = None,
) -> Response:
    """A stored response with its group, without signal: no alert is raised."""
    invitation = invitation or make_invitation()
    verdict = segment(Satisfaction(satisfaction), Recommendation(recommendation))
    return Response.objects.create(
        invitation=invitation,
        satisfaction=satisfaction,
        recommendation=recommendation,
        interest=interest,
        motivation=motivation,
        group=verdict.group,
        reason=verdict.reason,
        rule_version=verdict.rule_version,
        language=invitation.language,
        digest=f"{next(_numbers):064}",
        submitted_at=submitted_at or timezone.now(),
        replaced_at=replaced_at,
    )


def make_alert(
    *,
    owner: User | None = None,
    client: Client | None = None,
    contact: Contact | None = None,
    satisfaction: str = "dissatisfied",
    recommendation: str = "no",
    now: datetime | None = None,
    project_name: str = "",
    **answer: Any,
) -> Alert:
    """The alert of a – response (or of the answers given), raised with its mails queued."""
    now = now or timezone.now()
    fields: dict[str, Any] = {"account_manager": owner}
    if client or contact:
        fields["client"] = client or (contact.client if contact else None)
    if project_name:
        fields["name"] = project_name
    part = make_project_contact(project=make_project(**fields), contact=contact)
    response = make_response(
        invitation=make_invitation(project_contact=part, invited_at=now - timedelta(days=2)),
        satisfaction=satisfaction,
        recommendation=recommendation,
        submitted_at=now,
        **answer,
    )
    alert = raise_alert(response=response, now=now)
    assert alert is not None, "these answers are a 0: they raise no alert"
    return alert


def make_ask(*, alert: Alert | None = None, asked_on: date | None = None, **fields: Any) -> Ask:
    """An introduction asked of the person behind a + alert, without an answer yet."""
    alert = alert or make_alert(satisfaction="more_than_satisfied", recommendation="yes")
    fields.setdefault("asked_by", alert.owner or make_user())
    fields.setdefault("kind", "introduction")
    return Ask.objects.create(
        alert=alert,
        contact=alert.response.contact,
        asked_on=asked_on or date(2026, 11, 20),
        **fields,
    )


def make_lead(
    *,
    owner: User | None = None,
    now: datetime | None = None,
    satisfaction: str = "satisfied",
    recommendation: str = "maybe",
    project: Project | None = None,
    services: tuple[Service, ...] = (),
    motivation: str = "",
    **fields: Any,
) -> Lead:
    """The lead of a 0 who wants more (or of the answers given), as it came in; ``fields`` then
    stand in its row."""
    now = now or timezone.now()
    part = make_project_contact(project=project or make_project(account_manager=owner))
    response = make_response(
        invitation=make_invitation(project_contact=part, invited_at=now - timedelta(days=2)),
        satisfaction=satisfaction,
        recommendation=recommendation,
        interest="yes",
        motivation=motivation,
        submitted_at=now,
    )
    response.services.set(services)
    raise_alert(response=response, now=now)
    lead = follow_answer(response=response, now=now)
    assert lead is not None, "these answers are no lead"
    for name, value in fields.items():
        setattr(lead, name, value)
    lead.save()
    return lead
