"""The registry, and the page that documents it: examples that cannot go stale."""

import json
import re
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from alerts.actions import acknowledge, close
from alerts.lead_working import move_lead
from alerts.models import Alert, Lead
from outbox import event_types as registry
from outbox.event_pages import events_in_markdown, with_events
from outbox.event_types import EventType, event_type, labels_of, register
from outbox.models import Channel, Delivery
from outbox.signing import headers, new_secret
from surveys.actions.wishing import give_consents, withdraw_consent
from tests.architecture.source import ROOT
from tests.factories import make_service, make_user
from tests.webhooks.conftest import EVERYTHING, NOW, make_endpoint
from tests.webhooks.test_publishing import PLUS, answer

PAGE = ROOT / "docs" / "webhooks.md"


def an_event_type(name: str) -> EventType:
    known = event_type("response.received")
    assert known is not None
    return EventType(
        name=name,
        label="x",
        meaning="x",
        rows=known.rows,
        at="submitted_at",
        data_of=known.data_of,
        example={},
    )


def test_every_event_is_registered_by_the_app_that_owns_it():
    assert {kind.name for kind in registry.event_types()} == set(EVERYTHING)


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="already"):
        register(an_event_type("response.received"))


@pytest.mark.parametrize("name", ["lead", "Lead.made", "lead.made!", ".lead", "lead made.x"])
def test_a_name_is_hierarchical(name):
    with pytest.raises(ValueError, match=r"noun\.verb"):
        register(an_event_type(name))


def test_another_app_adds_an_event_without_the_outbox_knowing(monkeypatch):
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    register(an_event_type("lead.made"))
    assert labels_of(["lead.made"]) == ["x"]
    assert "### `lead.made`" in events_in_markdown()


def test_an_event_that_nobody_registers_any_more_is_called_by_its_name():
    assert labels_of(["lead.made"]) == ["lead.made"]


def test_the_page_shows_every_event_as_it_is():
    page = PAGE.read_text(encoding="utf-8")
    assert with_events(page) == page, "run manage.py webhook_events --write docs/webhooks.md"


def test_the_command_writes_the_page(tmp_path):
    page = tmp_path / "webhooks.md"
    page.write_text(re.sub(r"### `.*?\n", "", PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    call_command("webhook_events", write=page)
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    shown = StringIO()
    call_command("webhook_events", stdout=shown)
    assert shown.getvalue() in page.read_text(encoding="utf-8")
    page.write_text("# Another page\n", encoding="utf-8")
    with pytest.raises(CommandError, match="no part for events"):
        call_command("webhook_events", write=page)


def shape(value):
    """Return the fields of ``value`` and theirs; what a field holds is left out."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return None


@pytest.mark.django_db
def test_every_example_has_the_fields_of_a_real_one():
    make_endpoint()
    response = answer(**PLUS)
    response.services.add(make_service())
    (consent,) = give_consents(response=response, agreed={"quote": "Citeer mij."}, now=NOW)
    withdraw_consent(contact=response.contact, pk=consent.pk, now=NOW + timedelta(minutes=1))
    alert, actor = Alert.objects.get(), make_user()
    acknowledge(alert=alert, actor=actor, now=NOW)
    close(alert=alert, actor=actor, outcome="thanked", now=NOW)
    move_lead(lead=Lead.objects.get(), actor=actor, stage="offered", now=NOW)
    sent = Delivery.objects.filter(channel=Channel.WEBHOOK)
    real = {row.subject: json.loads(bytes(row.message))["data"] for row in sent}
    assert set(real) == set(EVERYTHING)
    for kind in registry.event_types():
        assert list(real[kind.name]) == list(kind.example), kind.name
        assert shape(real[kind.name]) == shape(kind.example), kind.name
        assert set(kind.own_words) <= set(kind.example)


def test_the_check_of_a_signature_on_the_page_works():
    """Whoever copies it must not be misled."""
    page = PAGE.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict = {}
    exec(code[1], names)
    former, secret = new_secret(), new_secret()
    body = b'{"type":"webhook.test"}'
    signed = headers([secret, former], message_id="msg_1", timestamp=int(time.time()), body=body)
    assert names["is_genuine"](secret, signed, body)
    assert names["is_genuine"](former, signed, body)
    assert not names["is_genuine"](new_secret(), signed, body)
    assert not names["is_genuine"](secret, signed, body + b" ")
    old = headers([secret], message_id="msg_1", timestamp=int(time.time()) - 301, body=body)
    assert not names["is_genuine"](secret, old, body)
