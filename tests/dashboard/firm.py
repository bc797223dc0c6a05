"""A firm with everything in it that the page of management counts, the same on every run."""

import random
from datetime import datetime, time, timedelta

from django.utils import timezone

from alerts.actions import raise_alert
from alerts.models import Alert
from outbox.models import State
from surveys.models import LeftOut, Omission, Response
from tests.dashboard.conftest import mail_of
from tests.factories import (
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_response,
    make_service,
    make_user,
)

# Few moments, so that some months have enough answers to say something about.
_DAYS_AGO = (2, 12, 45, 47, 160, 161, 162, 250, 300, 400, 401, 402, 560)
_PROMISES = {"yes": (9, 10), "maybe": (7, 8), "no": (0, 6)}


class Firm:
    """Two divisions with many answers and one with few; two services, and projects without."""

    def __init__(self, *, projects=170, seed=1974):
        self.dice = random.Random(seed)
        self.today = timezone.localdate()
        self.divisions = [make_division(name=name) for name in ("Water", "Milieu", "Klein")]
        self.services = [make_service(name="Assetmanagement"), make_service(name="Ontwerp"), None]
        self.owner = make_user(name="Sanne de Wit", supervisor=make_user())
        self.to_ten = make_questionnaire(
            touchpoint="project_close",
            scale="zero_to_ten",
            is_active=True,
            frozen_at=timezone.now(),
        )
        for number in range(projects):
            self._project(number, self.today - timedelta(days=self.dice.choice(_DAYS_AGO)))
        self._project(projects, self.today - timedelta(days=900))  # shown by quarter

    def _project(self, number, closed_on):
        project = make_project(
            account_manager=self.owner,
            closed_on=closed_on,
            division=self.dice.choices(self.divisions, [10, 8, 0.5])[0],
            service=self.dice.choice(self.services),
        )
        if number % 20 == 7:
            return  # names nobody
        part = make_project_contact(project=project, contact=make_contact(client=project.client))
        if not self._left_out(part):
            self._ask(part, closed_on)

    def _left_out(self, part):
        what = self.dice.random()
        if what < 0.08:
            part.contact.opted_out_at = timezone.now()
            part.contact.save(update_fields=["opted_out_at"])
        elif what < 0.16:
            reason = LeftOut.SUPPRESSED if what < 0.12 else LeftOut.ASKED_TOGETHER
            Omission.objects.create(project_contact=part, reason=reason)
        return what < 0.2  # the last of them for no reason but that nobody was asked yet

    def _ask(self, part, day, touchpoint="project_close"):
        at = timezone.make_aware(datetime.combine(day, time(10)))
        is_to_ten = touchpoint == "project_close" and self.dice.random() < 0.3
        invitation = make_invitation(
            project_contact=part,
            invited_at=at,
            touchpoint=touchpoint,
            questionnaire=self.to_ten if is_to_ten else None,
        )
        what = self.dice.random()
        if what < 0.1:
            mail_of(invitation, state=State.UNDELIVERABLE if what < 0.06 else State.QUEUED)
            return
        mail_of(invitation)
        if what < 0.75:
            self._answer(invitation, at, is_to_ten)
            later = day + timedelta(days=60)
            if touchpoint == "project_close" and later < self.today and self.dice.random() < 0.6:
                self._ask(part, later, touchpoint="aftercare")

    def _answer(self, invitation, at, is_to_ten):
        recommendation = self.dice.choice(["yes", "yes", "maybe", "no"])
        satisfaction = self.dice.choice(["more_than_satisfied", "satisfied", "dissatisfied"])
        submitted_at = min(at + timedelta(hours=5), timezone.now())
        given = {"satisfaction": satisfaction, "recommendation": recommendation}
        response = make_response(invitation=invitation, submitted_at=submitted_at, **given)
        if is_to_ten:
            score = self.dice.randint(*_PROMISES[recommendation])
            Response.objects.filter(pk=response.pk).update(score=score)
        if self.dice.random() < 0.1:
            make_response(invitation=invitation, submitted_at=at, replaced_at=submitted_at, **given)
        alert = raise_alert(response=response, now=submitted_at)
        if alert:
            self._follow_up(alert)

    def _follow_up(self, alert):
        what = self.dice.random()
        if what < 0.15:
            return
        at = min(alert.raised_at + timedelta(hours=self.dice.randrange(90)), timezone.now())
        spoken = {"first_spoken_at": at, "last_contact_at": at} if what < 0.85 else {}
        Alert.objects.filter(pk=alert.pk).update(
            state="contacted" if spoken else "acknowledged", acknowledged_at=at, **spoken
        )
        if what < 0.6:
            is_minus = alert.group == "negative"
            outcome = self.dice.choice(["recovered", "partly"]) if is_minus else "thanked"
            Alert.objects.filter(pk=alert.pk).update(
                state="closed",
                closed_at=at,
                outcome=outcome,
                root_cause="planning" if is_minus else "",
            )
