"""A consent is of whoever gave the answer. Back: nothing; the column goes with the step before."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_who_answered(apps, schema_editor):
    """Fill what is empty; nothing else changes, so it may run again."""
    answers = apps.get_model("surveys", "Response").objects.filter(pk=OuterRef("response"))
    contact = answers.values("invitation__project_contact__contact")[:1]
    consents = apps.get_model("surveys", "Consent").objects.filter(contact=None)
    consents.update(contact=Subquery(contact))


class Migration(migrations.Migration):
    dependencies = [("surveys", "0014_name_the_contact_of_a_consent")]
    operations = [migrations.RunPython(name_who_answered, migrations.RunPython.noop)]
