"""The client's page of a questionnaire, before a client has seen it. Nothing of it is stored."""

from crispy_forms.utils import render_crispy_form
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import Division, User
from surveys.forms import AnswerForm
from surveys.models import (
    Client,
    Contact,
    Invitation,
    Project,
    ProjectContact,
    Questionnaire,
    Touchpoint,
)
from surveys.page import offer
from surveys.questions import in_words


def sample_invitation(questionnaire: Questionnaire, *, asker: User, language: str) -> Invitation:
    """Return an invitation that exists nowhere, about a project of ``asker``."""
    client = Client(name=_("Your client"))
    is_closed = questionnaire.touchpoint in (Touchpoint.PROJECT_CLOSE, Touchpoint.AFTERCARE)
    project = Project(
        name=_("The name of the project"),
        client=client,
        account_manager=asker,
        division=Division(),
        closed_on=timezone.localdate() if is_closed else None,
    )
    contact = Contact(name=_("name of the contact"), client=client, language=language)
    invitation = Invitation(
        project_contact=ProjectContact(project=project, contact=contact),
        touchpoint=questionnaire.touchpoint,
        language=language,
    )
    invitation.other_projects = []
    return invitation


def sample_form(questionnaire: Questionnaire, language: str) -> str:
    """Return the markup of the empty form, rendered afresh: a draft changes."""
    services = offer(questionnaire.pk)
    form = AnswerForm(services=services, questions=in_words(questionnaire, language))
    return str(render_crispy_form(form))
