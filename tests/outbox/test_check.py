"""``manage.py outbox check`` against real servers that are right, wrong, or not there."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from outbox.breaking import hold
from outbox.dispatching import dispatch_due
from outbox.management.commands import outbox as command
from outbox.models import Delivery
from tests.outbox.servers import HANG, free_port, mail_server, nobody_may_sign_in, scripted_server

pytestmark = pytest.mark.django_db

ADDRESS = "erik@waterkant.example"


def check(*arguments: str) -> str:
    out = StringIO()
    call_command("outbox", "check", *arguments, stdout=out)
    return out.getvalue()


def fault(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        check(*arguments)
    return str(caught.value)


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(command, "WAIT_SECONDS", 0.0)


def test_a_set_up_that_works_is_told_phase_by_phase_and_nothing_is_sent(mailbox):
    told = check()
    assert f"127.0.0.1 antwoordt op poort {mailbox.port}" in told
    assert "mening@waterkant.example" in told
    assert (mailbox.received, Delivery.objects.count()) == ([], 0)


def test_without_a_mail_server_the_setting_is_named():
    assert "EMAIL_URL is niet ingesteld" in fault()


def test_a_port_where_nobody_listens(use_server):
    use_server(free_port())
    assert "Op poort" in fault()


def test_a_name_that_nobody_knows(use_server, settings):
    use_server(25)
    settings.EMAIL_HOST = "mail.waterkant.invalid"
    assert "mail.waterkant.invalid is niet bekend" in fault()


def test_a_server_that_says_nothing(use_server, settings):
    with scripted_server(EHLO=HANG) as port:
        use_server(port)
        settings.EMAIL_TIMEOUT = 1
        assert "EMAIL_TIMEOUT (1 seconden)" in fault()


def test_a_server_without_starttls(mailbox, settings):
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_USE_SSL = False
    assert "STARTTLS" in fault()


def test_tls_at_once_where_it_is_not_spoken(mailbox, settings):
    settings.EMAIL_USE_SSL = True
    assert "smtp+tls://" in fault()


def test_a_wrong_password_names_its_setting_and_is_not_repeated(use_server):
    options = {"authenticator": nobody_may_sign_in, "auth_require_tls": False}
    with mail_server(**options) as mailbox:
        use_server(mailbox.port, user="waterkant", password="a-secret-word")
        told = fault()
    assert "wachtwoord in EMAIL_URL" in told
    assert "De melding: 535" in told
    assert "a-secret-word" not in told


def test_a_sender_that_is_refused_names_its_setting(mailbox):
    mailbox.answers["mening@waterkant.example"] = "550 5.7.1 not yours"
    told = fault()
    assert "DEFAULT_FROM_EMAIL" in told
    assert "not yours" in told


def test_a_test_mail_goes_through_the_outbox(mailbox, monkeypatch):
    monkeypatch.setattr("outbox.checking.time.sleep", lambda _seconds: dispatch_due())
    told = check("--to", ADDRESS)
    assert f"testbericht aan {ADDRESS}" in told
    (received,) = mailbox.received
    assert received.recipient == ADDRESS
    assert "Testbericht van" in received.parsed["Subject"]


def test_a_test_mail_that_is_refused_says_why(mailbox, monkeypatch):
    monkeypatch.setattr("outbox.checking.time.sleep", lambda _seconds: dispatch_due())
    mailbox.answers[ADDRESS] = "550 5.1.1 nobody here"
    assert "5.1.1 nobody here" in fault("--to", ADDRESS)


def test_without_a_worker_the_test_mail_waits_and_that_is_said(mailbox, at_once):
    assert "manage.py serve" in fault("--to", ADDRESS)
    assert Delivery.objects.get().attempts == 0


def test_while_sending_is_stopped_that_is_said(mailbox, at_once):
    hold("smtp")
    told = fault("--to", ADDRESS)
    assert "omdat de verzending stilligt" in told
    assert "Een beheerder heeft" in told


def test_what_is_no_address_is_said_before_anything_is_tried(mailbox):
    assert "geen e-mailadres" in fault("--to", "erik")
    assert mailbox.connections == 0
