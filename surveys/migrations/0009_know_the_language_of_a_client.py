"""A contact's language may be unknown; then the client's counts, else the firm's.

Stored languages stay. Back: where none is known, the one that counted is written down.
"""

from django.conf import settings
from django.db import migrations, models

LANGUAGES = [("nl", "Dutch"), ("en", "English"), ("de", "German"), ("fr", "French")]


def write_down_what_counted(apps, schema_editor):
    unknown = apps.get_model("surveys", "Contact").objects.filter(language="")
    for code, _name in LANGUAGES:
        unknown.filter(client__language=code).update(language=code)
    unknown.update(language=settings.FIRM_LANGUAGE)


class Migration(migrations.Migration):
    dependencies = [("surveys", "0008_reopen_an_invitation")]
    operations = [
        migrations.AddField(
            model_name="client",
            name="language",
            field=models.CharField(
                blank=True,
                choices=LANGUAGES,
                default="",
                help_text="Of contacts whose own language is not known. Empty: that of the firm.",
                max_length=5,
                verbose_name="language",
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="language",
            field=models.CharField(
                blank=True,
                choices=LANGUAGES,
                default="",
                help_text=(
                    "Empty: not known. Then that of the client counts, else that of the firm."
                ),
                max_length=5,
                verbose_name="language",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, write_down_what_counted),
    ]
