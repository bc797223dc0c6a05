"""An alert mail that was refused for good reaches somebody else, and administrators hear of it."""

from datetime import timedelta

import pytest
from django.template import TemplateSyntaxError
from django.utils import timezone

from alerts import undeliverable
from alerts.actions import raise_alert, reconcile
from alerts.models import Notification
from outbox.actions import Result, claim_next, record
from outbox.models import Delivery, Outcome, State
from tests.factories import (
    make_alert,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

WORDS = "550 5.1.1 <sanne@waterkant.example> unknown here"


def refuse_all() -> None:
    while claim := claim_next(now=timezone.now() + timedelta(seconds=1)):
        outcome = Outcome.PERMANENT if claim.delivery.template == "alert" else Outcome.SENT
        record(claim, Result(outcome=outcome, phase="RCPT", detail=WORDS, transport="smtp"))


def accept_all() -> None:
    while claim := claim_next(now=timezone.now() + timedelta(seconds=1)):
        record(claim, Result(outcome=Outcome.SENT, phase="a", detail="250", transport="smtp"))


@pytest.fixture
def firm():
    fallback = make_user(name="Fenna Fallback")
    manager = make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))
    project = make_project(account_manager=manager, division=make_division(fallback=fallback))
    part = make_project_contact(project=project)
    response = make_response(
        invitation=make_invitation(project_contact=part),
        satisfaction="dissatisfied",
        motivation="Drie projectleiders in één jaar.",
    )
    alert = raise_alert(response=response, now=timezone.now())
    return {
        "alert": alert,
        "owner": manager,
        "fallback": fallback,
        "boss": make_user(name="Bas Baas", is_management=True),
        "administrator": make_user(name="Ada Beheer", is_administrator=True),
    }


def refuse(user) -> None:
    row = Delivery.objects.filter(recipient_address=user.email, template="alert")
    row.update(state=State.UNDELIVERABLE, last_error=WORDS)


def mails_to(user, template="alert") -> list[Delivery]:
    return list(Delivery.objects.filter(recipient_address=user.email, template=template))


def text_of(delivery: Delivery) -> str:
    return " ".join(delivery.parsed().get_body(("plain",)).get_content().split())


def test_the_divisions_fallback_gets_the_alert_and_administrators_a_notice(firm):
    refuse(firm["owner"])
    assert reconcile() == 1
    (mail,) = mails_to(firm["fallback"])
    text = text_of(mail)
    assert "De mail over dit signaal aan Sanne de Wit is geweigerd; daarom krijgt u hem." in text
    assert "Sanne de Wit is eigenaar van dit signaal en weet er misschien niet van." in text
    assert "Drie projectleiders" in text
    assert mails_to(firm["boss"]) == []
    (notice,) = mails_to(firm["administrator"], "undeliverable")
    assert notice.subject == "Mail aan Sanne de Wit kan niet worden bezorgd"
    for part in ("plain", "html"):
        body = " ".join(notice.parsed().get_body((part,)).get_content().split())
        assert "5.1.1" in body
        assert f"/outbox/{Delivery.objects.get(recipient_address=firm['owner'].email).pk}/" in body
        assert "Fenna Fallback krijgt het signaal" in body
        assert "Drie projectleiders" not in body
    assert reconcile() == 0
    assert firm["alert"].notifications.count() == 3


def test_it_goes_on_to_management_and_ends_when_nobody_is_left(firm):
    for expected in (2, 2, 0):  # owner and supervisor; fallback and management; nobody is left
        refuse_all()
        assert reconcile() == expected
    assert len(mails_to(firm["boss"])) == 1
    told = Notification.objects.filter(alert=firm["alert"])
    assert told.count() == told.values("recipient").distinct().count() == 4
    assert not told.filter(passed_on_at=None).exists()
    notices = mails_to(firm["administrator"], "undeliverable")
    assert len(notices) == 4
    assert sum("Er is niemand over" in text_of(notice) for notice in notices) == 2


def test_a_notice_that_is_refused_goes_no_further(firm):
    refuse(firm["owner"])
    reconcile()
    Delivery.objects.filter(template="undeliverable").update(
        state=State.UNDELIVERABLE, last_error=WORDS
    )
    assert reconcile() == 0


def test_an_administrator_whose_own_mail_was_refused_gets_no_notice(firm):
    firm["owner"].is_administrator = True
    firm["owner"].save()
    refuse(firm["owner"])
    reconcile()
    assert mails_to(firm["owner"], "undeliverable") == []
    assert len(mails_to(firm["administrator"], "undeliverable")) == 1


def test_a_template_that_is_broken_is_tried_again(firm, monkeypatch):
    refuse(firm["owner"])

    def fail(*args, **kwargs):
        raise TemplateSyntaxError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(undeliverable, "compose_undeliverable", fail)
        assert reconcile() == 0
        assert mails_to(firm["fallback"]) == []
    assert reconcile() == 1
    assert len(mails_to(firm["fallback"])) == 1


def test_what_arrived_is_passed_on_to_nobody(firm):
    accept_all()
    assert reconcile() == 0
    make_alert()
    assert reconcile() == 0
