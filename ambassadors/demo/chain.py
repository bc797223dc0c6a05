"""The demo step by step: import, invite, answer through the pages, wait for the alerts, check.

Everything that goes wrong is collected as a fault in words; a demo with faults ends non-zero.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from statistics import median

from django.conf import settings
from django.utils import timezone

from alerts.models import Alert
from alerts.routing import route_for
from ambassadors.demo import additions, afterwards, brand, people, selling, voices
from ambassadors.demo.home import BASE_DIR
from ambassadors.demo.people import People
from ambassadors.demo.returns import come_back
from ambassadors.demo.visitors import Fields, Page, VisitError, Visitor
from ambassadors.demo.voices import Voice
from outbox.models import Delivery, State
from surveys.actions import InvitationRun, questionnaires, reopen, send_invitations
from surveys.importers import ImportReport, import_project_list, newest_closing_on
from surveys.models import (
    Group,
    Interest,
    Invitation,
    Questionnaire,
    Response,
    Touchpoint,
)

SAMPLE = BASE_DIR / "samples" / "projectenlijst.csv"
MAIL_WITHIN = 60.0  # seconds; the sweep alone needs five
_SEED = 2026
_LINK = re.compile(r"(https?://[^\s/]+(/s/[A-Za-z0-9_-]{20,}/))")
Progress = Callable[[str, int, int | None], None]  # step, done, total if it is known


@dataclass
class Result:
    """What happened, for the report."""

    imported: ImportReport
    invitations: InvitationRun
    people: People
    answered: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    alerts: int = 0
    mails: int = 0
    seconds: list[float] = field(default_factory=list)
    unanswered: Invitation | None = None
    unanswered_link: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def median_seconds(self) -> float:
        """Half of the alert mails left within this time after the answer."""
        return median(self.seconds) if self.seconds else 0.0

    @property
    def slowest_seconds(self) -> float:
        """All alert mails left within this time after the answer."""
        return max(self.seconds, default=0.0)


def fill(progress: Progress) -> Result:
    """Import the sample list, its newest closing yesterday; invite; make the sign-ins.

    One answer of long ago stands beside the run, without a mail of it.
    """
    yesterday = timezone.localdate() - timedelta(days=1)
    newest = newest_closing_on(SAMPLE)
    assert newest is not None  # the sample has closed projects
    imported = import_project_list(
        SAMPLE,
        name=SAMPLE.name,
        shift_days=(yesterday - newest).days,
        progress=lambda _stage, lines: progress("import", lines, None),
    )
    progress("import", imported.read, imported.read)
    brand.dress()
    additions.prepare()
    run = send_invitations(on_invited=lambda done, total: progress("invite", done, total))
    who = people.prepare(list(Invitation.objects.filter(delivery__isnull=False)))
    _draft_aftercare(who)
    result = Result(imported=imported, invitations=run, people=who)
    if not imported.good or not run.invited:
        result.faults.append("nothing was imported or nobody was invited")
    return result


def _draft_aftercare(who: People) -> None:
    """Leave a version on the 0–10 scale to try out. A draft: nobody is asked with it."""
    draft = questionnaires.start_version(touchpoint=Touchpoint.AFTERCARE, actor=who.administrator)
    satisfaction = "Hoe tevreden bent u nu, een half jaar later, over ons werk?"
    questionnaires.change(
        questionnaire=draft,
        content=questionnaires.Content(
            scale=Questionnaire.Scale.ZERO_TO_TEN,
            wordings={"nl": {"satisfaction": satisfaction}},
        ),
        actor=who.administrator,
    )


def answer(result: Result, progress: Progress) -> None:
    """Let the simulated clients open their mail and answer the page it leads to."""
    random = Random(_SEED)  # noqa: S311  (the same demo every time)
    queue = _answering(result.people, random)
    planned = voices.plan([invitation.language for invitation in queue], random)
    thanked: list[tuple[Voice, Page]] = []
    for number, (invitation, voice) in enumerate(zip(queue, planned, strict=True), start=1):
        try:
            thanked.append((voice, _visit(invitation, voice)))
            result.answered += 1
        except VisitError as error:
            result.faults.append(str(error))
        progress("answer", number, len(queue))
    result.faults += afterwards.wish(thanked)
    _answer_anew(result)
    selling.work(result.people.account_manager)


def settle(result: Result, progress: Progress) -> None:
    """Wait until every mail has left, count what came of it, and check that it is all there."""
    _wait_for_mail(progress)
    result.faults += come_back(_silent(result.people))
    _wait_for_mail(progress)
    for response in _responses():
        result.groups[response.group] += response.replaced_at is None
        alert = Alert.objects.filter(response=response).first()
        result.faults += _faults_of(response, alert)
        if alert is None:
            continue
        result.alerts += 1
        for delivery in _mails_of(alert):
            result.mails += 1
            if delivery.sent_at is not None:
                result.seconds.append((delivery.sent_at - response.submitted_at).total_seconds())
    if sum(result.groups.values()) != result.answered or not result.answered:
        result.faults.append(
            f"{result.answered} answers were accepted, {sum(result.groups.values())} are stored"
        )
    _find_unanswered(result)
    _look_around(result)


def _answering(who: People, random: Random) -> list[Invitation]:
    """Choose who answers; clients of the account manager who can sign in come first.

    One of those, ``_left_for_the_reader``, never answers: whoever tries the demo does, and then
    finds the alert in the inbox of somebody whose password was printed.
    """
    invitations = list(
        Invitation.objects.filter(delivery__isnull=False)
        .select_related("project_contact__contact", "project_contact__project__account_manager")
        .order_by("pk")
    )
    random.shuffle(invitations)
    number = round(len(invitations) * voices.ANSWERING)
    left = _left_for_the_reader(who)
    others = [one for one in invitations if one != left]
    own = [one for one in others if one.project.account_manager == who.account_manager]
    first = [one for one in own if one.language == "nl"][:2]
    return [*first, *(one for one in others if one not in first)][:number]


def _left_for_the_reader(who: People) -> Invitation | None:
    """Return the Dutch invitation whose address is printed."""
    own = Invitation.objects.filter(
        project_contact__project__account_manager=who.account_manager, language="nl"
    )
    return own.order_by("pk").last()


def _silent(who: People) -> list[Invitation]:
    """Return the Dutch invitations that nobody answered, but for the one whose link is printed.

    Those of the account manager who can sign in come first.
    """
    left = _left_for_the_reader(who)
    silent = Invitation.objects.filter(language="nl", responses__isnull=True).order_by("pk")
    found = silent.select_related("delivery", "project_contact__project")
    return sorted(
        (one for one in found if one != left),
        key=lambda one: one.project.account_manager_id != who.account_manager.pk,
    )


def _visit(invitation: Invitation, voice: Voice) -> Page:
    """Open the link of the mail on the answer to question 1, fill in the rest, send it.

    Returns the page that thanks.
    """
    link = _link_of(invitation)
    if link is None:
        raise VisitError(f"invitation {invitation.pk}: no link in its mail")
    client = Visitor(settings.SITE_URL)
    page = client.get(f"{link[1]}?satisfaction={voice.satisfaction}")
    offered = [value for value in page.form().offered.get("services", []) if value]
    wanted = offered[: voice.wants]
    fields: Fields = [
        ("satisfaction", voice.satisfaction),
        ("motivation", voice.motivation),
        ("recommendation", voice.recommendation),
        ("interest", Interest.YES if wanted else Interest.NOT_NOW),
        *(("services", value) for value in wanted),
    ]
    return client.submit(page, fields)


def _answer_anew(result: Result) -> None:
    """Let one – of the supervisor's team be reopened, and answered anew as a +."""
    team = Response.objects.standing().filter(
        group=Group.NEGATIVE,
        invitation__project_contact__project__account_manager__supervisor=result.people.supervisor,
        invitation__language="nl",
    )
    mistaken = team.select_related("invitation__project_contact__contact").first()
    if mistaken is None:
        result.faults.append("nobody of the supervisor's team can answer anew")
        return
    reopen(
        invitation=mistaken.invitation,
        actor=result.people.supervisor,
        reason=voices.WHY_ANEW,
        is_mailed=False,  # they phoned, and have the mail of before
    )
    try:
        _visit(mistaken.invitation, voices.ANEW)
    except VisitError as error:
        result.faults.append(str(error))


def _link_of(invitation: Invitation) -> tuple[str, str] | None:
    """Return address and path of the page, from the mail: the only place that holds them."""
    delivery = Delivery.objects.get(dedupe_key=invitation.delivery_key)
    body = delivery.parsed().get_body(("plain",))
    found = _LINK.search(body.get_content()) if body is not None else None
    return (found[1], found[2]) if found else None


def _wait_for_mail(progress: Progress) -> None:
    total = Delivery.objects.count()
    deadline = time.monotonic() + MAIL_WITHIN
    while True:
        left = Delivery.objects.filter(state=State.SENT).count()
        progress("mail", left, total)
        if left == total or time.monotonic() > deadline:
            return
        time.sleep(0.2)


def _responses() -> list[Response]:
    return list(
        Response.objects.filter(invitation__delivery__isnull=False).select_related(
            "invitation__project_contact__project__account_manager__supervisor",
            "invitation__project_contact__project__division__fallback",
        )
    )


def _mails_of(alert: Alert) -> list[Delivery]:
    return list(Delivery.objects.filter(alert_notification__alert=alert))


def _faults_of(response: Response, alert: Alert | None) -> list[str]:
    """Return what is missing of what must follow from ``response``."""
    if not response.is_alerting:
        return [f"response {response.pk} is 0 and has an alert"] if alert else []
    if alert is None:
        return [f"response {response.pk} has no alert"]
    mails = _mails_of(alert)
    expected = len(route_for(response.project).recipients)
    faults = []
    if len(mails) != expected:
        faults.append(f"alert {alert.pk} has {len(mails)} mails instead of {expected}")
    waiting = [mail.pk for mail in mails if mail.state != State.SENT]
    if waiting:
        faults.append(f"alert {alert.pk}: its mail has not left")
    return faults


def _find_unanswered(result: Result) -> None:
    left = _left_for_the_reader(result.people)
    link = _link_of(left) if left is not None and left.standing is None else None
    if link is None:
        result.faults.append("no invitation is left unanswered")
        return
    result.unanswered, result.unanswered_link = left, link[0]


def _look_around(result: Result) -> None:
    """Open each page that the report names, as the person it names."""
    who = result.people
    visits = (
        (who.account_manager.email, "/alerts/"),
        (who.supervisor.email, "/alerts/"),
        (who.management.email, "/dashboard/"),
        (who.administrator.email, "/outbox/"),
    )
    for email, path in visits:
        visitor = Visitor(settings.SITE_URL)
        try:
            visitor.sign_in(email, people.PASSWORD)
            if visitor.get(path).path.split("?")[0] != path:
                result.faults.append(f"{path}: sends its reader away")
        except VisitError as error:
            result.faults.append(str(error))
    own = Alert.objects.owned_by(who.account_manager).values_list("group", flat=True)
    if set(own) != {Group.POSITIVE, Group.NEGATIVE}:
        result.faults.append("the account manager has not both kinds of alert")
    try:
        Visitor(settings.SITE_URL).get(result.unanswered_link.removeprefix(settings.SITE_URL))
    except VisitError as error:
        result.faults.append(str(error))
