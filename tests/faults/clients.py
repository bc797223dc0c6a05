"""A firm, and clients who were invited and have not answered yet."""

from django.utils import timezone

from benchmarks import seed
from tests.faults.visitors import Invited


def invite(number: int) -> list[Invited]:
    """Make ``number`` open invitations in the database; return how each is answered."""
    parts = seed.make_project_contacts(seed.make_firm(), number, closed_within=20)
    invitations = seed.make_invitations(parts, now=timezone.now())
    tokens = seed.make_tokens(invitations)
    seed.settle()
    return [
        Invited(invitation=one.pk, token=token, number=number)
        for number, (one, token) in enumerate(zip(invitations, tokens, strict=True))
    ]
