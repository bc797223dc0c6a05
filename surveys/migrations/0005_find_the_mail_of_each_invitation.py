"""Fill ``Invitation.delivery`` of invitations made before it existed, by the mail's key."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat


def fill(apps, schema_editor):
    Invitation = apps.get_model("surveys", "Invitation")
    Delivery = apps.get_model("outbox", "Delivery")
    key = Concat(Value("invitation:"), Cast(OuterRef("pk"), models.CharField()), Value(":email"))
    mail = Delivery.objects.filter(dedupe_key=key).values("pk")[:1]
    Invitation.objects.filter(delivery__isnull=True).update(delivery=Subquery(mail))


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_name_the_mail_of_an_invitation")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
