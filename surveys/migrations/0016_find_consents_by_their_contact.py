"""Every consent has its contact, and is found by it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0015_fill_the_contact_of_each_consent")]
    operations = [
        migrations.AlterField(
            model_name="consent",
            name="contact",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="surveys.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["contact", "withdrawn_at"], name="consent_of_contact"),
        ),
    ]
