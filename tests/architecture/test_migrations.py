"""Nothing pending; everything can be undone and done again."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import PACKAGES, ROOT

# Forward, back to nothing, forward again, on a database of its own. The schema must be the same.
THERE_AND_BACK = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection

def schema():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' "
            "AND name NOT LIKE 'django_%' AND name NOT LIKE 'auth_%' ORDER BY name"
        )
        return cursor.fetchall()

call_command("migrate", verbosity=0)
first = schema()
for app in ("rollup", "board", "steering", "programme", "alerts", "surveys", "staff", "outbox"):
    call_command("migrate", app, "zero", verbosity=0)
ours = ("rollup_", "board_", "steering_", "programme_", "alerts_", "surveys_", "staff_", "outbox_")
left = [name for name, _sql in schema() if name.startswith(ours)]
call_command("migrate", verbosity=0)
assert not left, left
assert schema() == first
print(len(first), "tables and indexes")
"""


@pytest.mark.django_db
def test_no_migration_is_pending():
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())


def test_every_operation_can_be_undone():
    loader = MigrationLoader(None)
    assert not [
        f"{app}.{name}: {operation.describe()}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in PACKAGES
        for operation in migration.operations
        if not operation.reversible
    ]


def test_the_schema_goes_back_to_nothing_and_comes_again(tmp_path):
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
    assert done.returncode == 0, done.stderr
    assert "tables and indexes" in done.stdout
