from typing import Any

from django.db import migrations


def forget_the_marker(apps: Any, schema_editor: Any) -> None:
    """The version before knows no marker: it sends again what perhaps arrived."""
    deliveries = apps.get_model("outbox", "Delivery").objects
    deliveries.filter(state="committing").update(state="claimed")
    deliveries.filter(state="uncertain").update(state="queued")


class Migration(migrations.Migration):
    dependencies = [("outbox", "0005_mark_before_the_dot_and_interrupt_a_transport")]

    operations = [migrations.RunPython(migrations.RunPython.noop, forget_the_marker)]
