from typing import Any

from django.db import migrations


def call_withdrawn_undeliverable(apps: Any, schema_editor: Any) -> None:
    """The version before knows no withdrawn deliveries, and its constraint refuses them."""
    deliveries = apps.get_model("outbox", "Delivery").objects
    deliveries.filter(state="cancelled").update(state="undeliverable")


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_let_a_delivery_be_withdrawn")]

    operations = [migrations.RunPython(migrations.RunPython.noop, call_withdrawn_undeliverable)]
