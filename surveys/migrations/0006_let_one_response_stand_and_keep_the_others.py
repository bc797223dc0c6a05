"""An invitation keeps every response; one of them stands.

Back: possible as long as nobody answered anew. The table before this has no place for an answer
that was replaced, and an answer of a client is never thrown away.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError


def refuse_to_lose_answers(apps, schema_editor):
    Response = apps.get_model("surveys", "Response")
    number = Response.objects.filter(replaced_at__isnull=False).count()
    if number:
        raise IrreversibleError(
            f"{number} responses were replaced by a new answer of the same client. Before this "
            "migration there is no place for them: going back would lose them."
        )


class Migration(migrations.Migration):
    dependencies = [("surveys", "0005_find_the_mail_of_each_invitation")]
    operations = [
        migrations.AddField(
            model_name="response",
            name="replaced_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="replaced at"),
        ),
        migrations.AlterField(
            model_name="response",
            name="invitation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="responses",
                to="surveys.invitation",
                verbose_name="invitation",
            ),
        ),
        migrations.AddConstraint(
            model_name="response",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("invitation",),
                name="response_one_stands",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose_answers),
    ]
