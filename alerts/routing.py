"""Who owns an alert and who is informed of it."""

from dataclasses import dataclass, field

from staff.models import User, first_active
from surveys.models import Project


@dataclass(frozen=True, kw_only=True)
class Route:
    """The owner acts; the informed get the same mail for information. Nobody is in it twice."""

    owner: User | None
    informed: list[User] = field(default_factory=list)

    @property
    def recipients(self) -> list[User]:
        """Everybody who is mailed, the owner first."""
        return [*([self.owner] if self.owner else []), *self.informed]


def route_for(project: Project) -> Route:
    """Decide who gets an alert about ``project``.

    Owner: the account manager; else the division's fallback; else their supervisor; else
    somebody of management, so that an alert is never nobody's while anybody is there. Informed:
    the account manager's supervisor, else the division's fallback.
    """
    manager = project.account_manager
    supervisor, fallback = manager.supervisor, project.division.fallback
    owner = first_active(manager, fallback, supervisor) or _management()
    if owner is None:
        return Route(owner=None)
    informed = first_active(supervisor, fallback)
    if informed is None or informed.pk == owner.pk:
        return Route(owner=owner)
    return Route(owner=owner, informed=[informed])


def _management() -> User | None:
    managers = User.objects.active().filter(is_management=True)
    first: User | None = managers.order_by("pk").first()
    return first
