"""Who owns an alert and who is informed of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from staff.models import User, first_active
from staff.standing_in import Presence
from surveys.models import Project


@dataclass(frozen=True, kw_only=True)
class Route:
    """The owner acts; the informed get the same mail for information. Nobody is in it twice.

    ``on_behalf_of`` is the absent colleague in whose place the owner acts.
    """

    owner: User | None
    informed: list[User] = field(default_factory=list)
    on_behalf_of: User | None = None

    @property
    def recipients(self) -> list[User]:
        """Everybody who is mailed, the owner first."""
        return [*([self.owner] if self.owner else []), *self.informed]


def route_for(project: Project, *, presence: Presence | None = None) -> Route:
    """Decide who gets an alert about ``project``.

    Owner: the account manager; else the division's fallback; else their supervisor; else
    somebody of management, so that an alert is never nobody's while anybody is there. Whoever is
    absent is represented by their stand-in; where nobody stands in, the next one is asked, and
    when all are away the first of them owns it after all. Informed: the account manager's
    supervisor, else the division's fallback.
    """
    presence = presence or Presence()
    manager = project.account_manager
    supervisor, fallback = manager.supervisor, project.division.fallback
    owner, absent = _first_here((manager, fallback, supervisor), presence)
    if owner is None:
        owner, absent = _first_here(management(), presence)
    if owner is None:
        owner = first_active(manager, fallback, supervisor, *management())
    if owner is None:
        return Route(owner=None)
    informed, _absent = _first_here((supervisor, fallback), presence)
    informed = informed or first_active(supervisor, fallback)
    others = [] if informed is None or informed.pk == owner.pk else [informed]
    return Route(owner=owner, informed=others, on_behalf_of=absent)


def _first_here(
    people: Iterable[User | None], presence: Presence
) -> tuple[User | None, User | None]:
    """Return the first who is here or is represented, and whom they represent."""
    for somebody in people:
        if (acting := presence.acting_for(somebody)) is not None:
            return acting, None if acting == somebody else somebody
    return None, None


def management() -> list[User]:
    """Return active management, who was first here first."""
    return list(User.objects.active().filter(is_management=True).order_by("pk"))
