"""What the client's page shows: whose link it is, who reads the answers, the form's markup."""

from dataclasses import dataclass
from functools import lru_cache

from crispy_forms.utils import render_crispy_form
from django.utils import translation

from staff.models import User, first_active
from surveys.forms import AnswerForm, Offer
from surveys.models import Invitation, Link, Project, Satisfaction, Service

_INVITED = "invitation__project_contact"


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation that ``token`` opens, with all that its pages name, in one query."""
    link = (
        Link.objects.by_token(token)
        .select_related(
            "invitation__response",
            f"{_INVITED}__contact",
            f"{_INVITED}__project__client",
            f"{_INVITED}__project__account_manager__supervisor",
            f"{_INVITED}__project__division__fallback",
        )
        .first()
    )
    return link.invitation if link else None


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Who reads an answer by name: ``first`` acts on it, ``second`` is informed."""

    project: Project
    first: User | None
    second: User | None

    @property
    def first_is_manager(self) -> bool:
        """Whether it is the project's own account manager, not a stand-in."""
        return self.first is not None and self.first.pk == self.project.account_manager_id

    @property
    def second_is_supervisor(self) -> bool:
        """Whether it is the account manager's supervisor, not the division's fallback."""
        manager = self.project.account_manager
        return self.second is not None and self.second.pk == manager.supervisor_id


def readers_of(project: Project) -> Readers:
    """Name the readers in the order in which ``alerts.routing`` mails them.

    Whoever left the firm is not named: the client would be promised a call that never comes.
    """
    manager = project.account_manager
    supervisor, fallback = manager.supervisor, project.division.fallback
    first = first_active(manager, fallback, supervisor)
    second = first_active(supervisor, fallback)
    return Readers(project=project, first=first, second=None if second == first else second)


def offer() -> Offer:
    """Return the services that are offered now, named in the active language."""
    services = Service.objects.filter(is_offered=True)
    return tuple((service.pk, service.label) for service in services)


def preselected(satisfaction: str) -> str:
    """Return ``satisfaction`` when it is an answer to question 1, else nothing."""
    return satisfaction if satisfaction in Satisfaction.values else ""


@lru_cache(maxsize=128)
def form_markup(language: str, satisfaction: str, services: Offer) -> str:
    """Return the empty form in ``language`` with question 1 preselected, as HTML.

    Rendering the form costs more than all the rest of the page, and depends on nothing but these
    arguments; so it happens once for each of them in a process. A service that is renamed,
    added or withdrawn is another argument, so it shows at once.
    """
    with translation.override(language):
        form = AnswerForm(services=services, initial={"satisfaction": satisfaction})
        return str(render_crispy_form(form))
