"""Answers survive the migration that lets an invitation have several, there and back."""

import os
import subprocess
import sys

from tests.architecture.source import ROOT

# On a database of its own: one answer and its alert, forward, a second answer, and back.
THERE_AND_BACK = """
import django
django.setup()
from datetime import timedelta
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

found = MigrationExecutor(connection).loader.disk_migrations
effect = "let_one_response_stand_and_keep_the_others"
(name,) = (name for app, name in found if name.endswith(effect))
(before,) = found["surveys", name].dependencies
BEFORE, AFTER = ([one, ("alerts", "0001_initial")] for one in (before, ("surveys", name)))

def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps

def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, invitation_id, motivation FROM surveys_response ORDER BY id")
        return cursor.fetchall()

apps = migrate(BEFORE)
get = apps.get_model
now = timezone.now()
person = get("staff", "User").objects.create(email="a@b.example", name="A")
client = get("surveys", "Client").objects.create(name="Gemeente")
division = get("staff", "Division").objects.create(name="Water")
project = get("surveys", "Project").objects.create(
    number="1", name="P", client=client, account_manager=person, division=division)
contact = get("surveys", "Contact").objects.create(
    client=client, name="C", email="c@b.example", details_as_of=now.date())
part = get("surveys", "ProjectContact").objects.create(project=project, contact=contact)
invitation = get("surveys", "Invitation").objects.create(
    project_contact=part, language="nl", expires_at=now + timedelta(days=30))
given = dict(
    satisfaction="dissatisfied", recommendation="no", interest="not_now", group="negative",
    reason="r", rule_version="1", language="nl", digest="d")
response = get("surveys", "Response").objects.create(
    invitation=invitation, motivation="Te laat", **given)
get("alerts", "Alert").objects.create(
    response=response, group="negative", acknowledge_by=now, speak_by=now, due_at=now)
first = rows()

apps = migrate(AFTER)
assert rows() == first
assert apps.get_model("surveys", "Response").objects.get().replaced_at is None
migrate(BEFORE)
assert rows() == first

apps = migrate(AFTER)
Response = apps.get_model("surveys", "Response")
Response.objects.update(replaced_at=now)
Response.objects.create(invitation_id=invitation.pk, motivation="Opgelost", **given)
try:
    migrate(BEFORE)
except IrreversibleError as refusal:
    print("refused:", refusal)
assert len(rows()) == 2
connection.check_constraints()
"""


def test_answers_stay_whole_there_and_back(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "ambassadors.settings",
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
    assert done.returncode == 0, done.stderr
    assert "refused: 1 responses were replaced" in done.stdout
