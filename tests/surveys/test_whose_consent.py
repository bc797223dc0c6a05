"""Every consent names whose it is: those that are given, and those that were there before."""

import os
import subprocess
import sys

import pytest

from surveys.actions import give_consents
from surveys.models import Consent
from tests.architecture.source import ROOT
from tests.factories import make_response

# On a database of its own: two persons, three consents, forward, back and forward again.
THERE_AND_BACK = """
import django
django.setup()
from datetime import timedelta
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

found = MigrationExecutor(connection).loader.disk_migrations
effects = ("name_the_contact_of_a_consent", "find_consents_by_their_contact")
first, last = (name for end in effects for app, name in found if name.endswith(end))
BEFORE, AFTER = list(found["surveys", first].dependencies), [("surveys", last)]

def migrate(targets):
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps.get_model

get = migrate(BEFORE)
now = timezone.now()
person = get("staff", "User").objects.create(email="a@b.example", name="A")
client = get("surveys", "Client").objects.create(name="Gemeente")
division = get("staff", "Division").objects.create(name="Water")
expected = {}
for name, kinds in (("Anne", ["quote", "story"]), ("Bart", ["quote"])):
    project = get("surveys", "Project").objects.create(
        number=name, name="P", client=client, account_manager=person, division=division)
    contact = get("surveys", "Contact").objects.create(
        client=client, name=name, email=f"{name}@b.example", details_as_of=now.date())
    part = get("surveys", "ProjectContact").objects.create(project=project, contact=contact)
    invitation = get("surveys", "Invitation").objects.create(
        project_contact=part, language="nl", expires_at=now + timedelta(days=30))
    response = get("surveys", "Response").objects.create(
        invitation=invitation, satisfaction="more_than_satisfied", recommendation="yes",
        interest="yes", group="positive", reason="r", rule_version="1", language="nl", digest="d")
    for kind in kinds:
        given = get("surveys", "Consent").objects.create(
            response=response, kind=kind, wording="Ja", language="nl")
        expected[given.pk] = name

for _time in range(2):
    get = migrate(AFTER)
    consents = get("surveys", "Consent").objects
    assert dict(consents.values_list("pk", "contact__name")) == expected
    get = migrate(BEFORE)
    assert get("surveys", "Consent").objects.count() == 3
connection.check_constraints()
print("there and back")
"""


def test_consents_of_before_get_their_contact(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "ambassadors.settings",
        # Empty, and not absent: a .env file in the checkout does not fill them.
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "EMAIL_URL": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", THERE_AND_BACK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.strip() == "there and back", done.stderr


@pytest.mark.django_db
def test_a_consent_is_of_whoever_answered():
    happy = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
    response, other = make_response(**happy), make_response(**happy)
    (given,) = give_consents(response=response, agreed={"quote": "Ja"})
    by_hand = Consent.objects.create(response=other, kind="quote", wording="Ja", language="nl")
    assert given.contact == response.contact
    assert by_hand.contact == other.contact
    assert list(Consent.objects.of_contact(response.contact)) == [given]
