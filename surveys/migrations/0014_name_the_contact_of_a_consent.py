"""A consent names whose it is, so that who allows anything is found without three joins."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0013_ask_whether_it_is_solved")]
    operations = [
        migrations.AddField(
            model_name="consent",
            name="contact",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="surveys.contact",
                verbose_name="contact",
            ),
        ),
    ]
