"""Who acts for whom today: chains of stand-ins, and circles of them."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from staff.absence import Absence
from staff.models import User


class Presence:
    """Who is away on one day, and who stands in: one query, however many people."""

    def __init__(self, day: date | None = None) -> None:
        absences = Absence.objects.on(day or timezone.localdate()).select_related("stand_in")
        self._stand_ins = {absence.user_id: absence.stand_in for absence in absences}

    def acting_for(self, user: User | None) -> User | None:
        """Return ``user`` when they are here, else who acts for them.

        None when nobody is: the chain of stand-ins ends in somebody who left, or in a circle.
        """
        seen: set[int] = set()
        while user is not None and user.is_active and user.pk not in seen:
            if user.pk not in self._stand_ins:
                return user
            seen.add(user.pk)
            user = self._stand_ins[user.pk]
        return None

    def represented_by(self, user: User) -> set[int]:
        """Return the ids of the absent for whom ``user`` stands in, also through others."""
        found: set[int] = set()
        level = {user.pk}
        while level:
            level = {
                absent
                for absent, stand_in in self._stand_ins.items()
                if stand_in.pk in level and absent not in found and absent != user.pk
            }
            found |= level
        return found


def people_of(user: User, presence: Presence | None = None) -> set[int]:
    """Return the ids of those whose work ``user`` sees: themselves, their team, and those for whom
    they stand in, with their teams."""
    own = {user.pk} | (presence or Presence()).represented_by(user)
    below: set[int] = User.objects.below(own)
    return own | below
