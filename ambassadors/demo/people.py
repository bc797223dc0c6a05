"""Who can sign in to the demo: four people of the invented firm, one password."""

from dataclasses import dataclass

from django.db.models import Count

from staff.models import User
from surveys.models import Invitation

PASSWORD = "rivier-dijk-sluis"  # noqa: S105  (of invented people, on this machine only)
_PHONE = "+31 30 555 01 {:02}"


@dataclass(frozen=True)
class People:
    """The four sign-ins."""

    account_manager: User
    supervisor: User
    management: User
    administrator: User


def prepare(invitations: list[Invitation]) -> People:
    """Give telephone numbers to all, a password to four, and make the two that no list holds.

    The account manager is the one with most invited clients who is not a supervisor as well.
    """
    for number, user in enumerate(User.objects.order_by("email"), start=1):
        user.phone = _PHONE.format(number)
        user.save(update_fields=["phone"])
    manager = (
        User.objects.filter(
            supervisor__isnull=False,
            reports__isnull=True,
            projects__project_contacts__invitations__in=invitations,
        )
        .annotate(asked=Count("projects__project_contacts__invitations", distinct=True))
        .order_by("-asked", "email")[0]
    )
    assert manager.supervisor is not None
    for user in (manager, manager.supervisor):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return People(
        account_manager=manager,
        supervisor=manager.supervisor,
        management=User.objects.create_user(
            "ingrid.mulder@waterkant.example",
            PASSWORD,
            name="Ingrid Mulder",
            phone=_PHONE.format(90),
            is_management=True,
        ),
        administrator=User.objects.create_user(
            "joost.visser@waterkant.example",
            PASSWORD,
            name="Joost Visser",
            phone=_PHONE.format(91),
            is_administrator=True,
        ),
    )
