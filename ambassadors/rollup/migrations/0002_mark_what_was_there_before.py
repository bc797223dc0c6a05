from django.db import migrations


def take_triggers_away(apps, schema_editor):
    """Drop what writes to the table of marks, which is about to go (rollup/watching.py)."""
    connection = schema_editor.connection
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            if is_postgresql
            else "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        )
        ours = [row for row in cursor.fetchall() if row[0].startswith("rollup_mark_")]
        for name, table in ours:
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))
            if is_postgresql:
                cursor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    """Facts of projects that exist are made by the first refresh, as after any change."""

    dependencies = [
        ("rollup", "0001_add_up_what_the_dashboard_shows"),
        ("surveys", "0012_find_answers_whose_rule_failed"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO rollup_mark (project_id) SELECT id FROM surveys_project",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(migrations.RunPython.noop, take_triggers_away),
    ]
