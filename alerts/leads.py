"""Leads: clients who are neither + nor –, and want to know more about what the firm does."""

from staff.models import User
from surveys.models import Group, Interest, Invitation, Response, ResponseQuerySet


def leads_of(user: User) -> ResponseQuerySet:
    """Return the answers that are a lead for ``user``, the newest first.

    A 0 with interest is one (PRODUCT, groups): seen by whom the client was told reads the answer.
    """
    return (
        Response.objects.standing()
        .filter(group=Group.NEUTRAL, interest=Interest.YES)
        .filter(invitation__in=Invitation.objects.read_by(user))
        .order_by("-submitted_at", "-pk")
    )
