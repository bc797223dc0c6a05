from datetime import datetime

from django.db import migrations

AT_ONCE = 1000


def make_leads(apps, schema_editor):
    """Give every answer that stands, is a + or a 0 and wants more, its lead.

    Quietly: no digest, no webhook. The owner is who owns its alert, else the account manager; where
    that person has left, reconcile finds who looks after it. What came as a - is no lead, whatever
    group it was put in later.
    """
    Response = apps.get_model("surveys", "Response")
    wanting = Response.objects.filter(
        replaced_at__isnull=True, interest="yes", lead__isnull=True, group__in=["positive", "neutral"]
    )
    wanting = wanting.exclude(rule_version="").exclude(alert__group="negative")
    manager = "invitation__project_contact__project__account_manager"
    owners = dict(
        apps.get_model("staff", "User").objects.filter(is_active=True).values_list("pk", "pk")
    )
    rows = wanting.order_by("pk").values_list("pk", "submitted_at", "alert__owner", manager)
    batch = []
    for pk, submitted_at, of_alert, account_manager in list(rows):
        owner = owners.get(of_alert) or owners.get(account_manager)
        batch.append((pk, submitted_at, owner))
        if len(batch) == AT_ONCE:
            _store(apps, batch)
            batch = []
    _store(apps, batch)


def _store(apps, batch: list[tuple[int, datetime, int | None]]) -> None:
    Lead, LeadEvent = apps.get_model("alerts", "Lead"), apps.get_model("alerts", "LeadEvent")
    leads = Lead.objects.bulk_create(
        Lead(response_id=pk, owner_id=owner, created_at=at) for pk, at, owner in batch
    )
    LeadEvent.objects.bulk_create(
        LeadEvent(lead_id=lead.pk, kind="created", at=lead.created_at) for lead in leads
    )


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0011_keep_leads_as_rows"),
        ("staff", "0003_keep_working_hours_and_absence"),
    ]

    # Back: the tables go with 0011.
    operations = [migrations.RunPython(make_leads, migrations.RunPython.noop)]
