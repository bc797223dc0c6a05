"""What the client's page shows: whose link it is, who reads the answers, the form's markup."""

import re
from dataclasses import dataclass
from functools import lru_cache

from crispy_forms.utils import render_crispy_form
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.http import QueryDict
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from staff.models import User, first_active
from surveys.forms import AnswerForm, Offer
from surveys.models import (
    Invitation,
    Link,
    Project,
    QuestionnaireService,
    Satisfaction,
    Service,
    Standing,
)
from surveys.questions import STANDARD, ZERO_TO_TEN, Questions, questions_of

_INVITED = "invitation__project_contact"
_RESPONSES = "invitation__responses"
_STANDING = ("pk", "group", "language", "submitted_at")


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation that ``token`` opens, with all that its pages name, in one query."""
    naming = Invitation.also_about.through.objects.filter(invitation=OuterRef("invitation"))
    found = (
        Link.objects.by_token(token)
        .annotate(
            names_others=Exists(naming),
            answer=FilteredRelation(
                _RESPONSES, condition=Q(**{f"{_RESPONSES}__replaced_at__isnull": True})
            ),
        )
        .annotate(**{f"answer_{name}": F(f"answer__{name}") for name in _STANDING})
        .select_related(
            f"{_INVITED}__contact",
            f"{_INVITED}__project__client",
            f"{_INVITED}__project__account_manager__supervisor",
            f"{_INVITED}__project__division__fallback",
        )
        .order_by()[:1]  # at most one has this hash: sorting would only make the query longer
    )
    link = next(iter(found), None)
    if link is None:
        return None
    if not link.names_others:  # type: ignore[attr-defined]  # annotated
        link.invitation.other_projects = []  # as nearly always: saves the query
    link.invitation.standing = _standing(link)
    return link.invitation


def _standing(link: Link) -> Standing | None:
    """Return the answer that was fetched along with ``link``."""
    found = {name: getattr(link, f"answer_{name}") for name in _STANDING}
    return None if found["pk"] is None else Standing(**found)


@dataclass(frozen=True, kw_only=True)
class Thanked:
    """What the thank-you page is about."""

    group: str
    language: str


def thanked_for(invitation: Invitation) -> Thanked | None:
    """Return what the client is thanked for: the response, else what is on hold; None before.

    An answer on hold is thanked for like any other: whoever sent it learns nothing from the page.
    """
    if invitation.is_answered and (answer := invitation.standing) is not None:
        return Thanked(group=answer.group, language=answer.language)
    on_hold = invitation.held_answers.all()
    if invitation.reopened_at is not None:  # what came before was about the earlier answer
        on_hold = on_hold.filter(received_at__gte=invitation.reopened_at)
    held = on_hold.first()
    if held is None:
        return None
    language = held.answers.get("language") or invitation.language
    return Thanked(group=held.group, language=language)


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


def offer(questionnaire: int | None = None) -> Offer:
    """Return the services that are offered now, named in the active language.

    A ``questionnaire`` (primary key) that chose some of them offers only those. One query.
    """
    services = Service.objects.filter(is_offered=True)
    if questionnaire is not None:
        chosen = QuestionnaireService.objects.filter(questionnaire=questionnaire)
        is_chosen = Exists(chosen.filter(service=OuterRef("pk")))
        services = services.filter(is_chosen | ~Exists(chosen))
    offered = tuple((service.pk, service.label) for service in services)
    _last_offer[questionnaire or 0, translation.get_language() or ""] = offered
    return offered


def asked_in(invitation: Invitation, language: str) -> Questions:
    """Return the questions of ``invitation`` in ``language``, and remember them."""
    questions = questions_of(invitation, language)
    _last_questions[questions.version, questions.is_plural, language] = questions
    return questions


_VERSION = re.compile(r"[0-9]{1,9}")
# What a page shows while the database is away, by questionnaire and language. As many entries as
# questionnaires were shown: nothing that is posted can add one.
_last_offer: dict[tuple[int, str], Offer] = {}
_last_questions: dict[tuple[int, bool, str], Questions] = {}


def preselected(satisfaction: str) -> str:
    """Return ``satisfaction`` when it is an answer to question 1, else nothing."""
    return satisfaction if satisfaction in Satisfaction.values else ""


@lru_cache(maxsize=256)
def form_markup(
    language: str, satisfaction: str, services: Offer, questions: Questions = STANDARD
) -> str:
    """Return the empty form in ``language`` with question 1 preselected, as HTML.

    Rendering the form costs more than all the rest of the page, and depends on nothing but these
    arguments; so it happens once for each of them in a process. A service that is renamed,
    added or withdrawn is another argument, so it shows at once; so is each questionnaire.
    """
    with translation.override(language):
        initial = {"satisfaction": satisfaction}
        form = AnswerForm(services=services, questions=questions, initial=initial)
        return str(render_crispy_form(form))


def sealed(markup: str, seen: str) -> SafeString:
    """Return a form's ``markup`` with the time ``seen``, signed by ``observing.seal``, in it."""
    return _with_hidden(markup, format_html('<input type="hidden" name="seen" value="{}">', seen))


def filled_in(posted: QueryDict) -> SafeString:
    """Return the form with everything ``posted`` filled in, to send again, without a database.

    Services are those that this process showed last; others that were ticked go along unseen.
    """
    language = translation.get_language() or ""
    questions = _questions_posted(posted, language)
    known = _last_offer.get((questions.version, language), ())
    names = ("satisfaction", "motivation", "recommendation", "interest", "remark")
    initial: dict[str, object] = {name: posted.get(name, "") for name in names}
    ticked = posted.getlist("services")
    initial["services"] = ticked
    form = AnswerForm(services=known, questions=questions, is_again=True, initial=initial)
    shown = {str(pk) for pk, _label in known}
    unseen = [("services", pk) for pk in ticked if pk not in shown]
    hidden = format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        [*unseen, ("seen", posted.get("seen", ""))],
    )
    return _with_hidden(render_crispy_form(form), hidden)


def _questions_posted(posted: QueryDict, language: str) -> Questions:
    """Return the questions that were answered; those never shown here, in the product's words.

    The form names its questionnaire and scale (``Questions.key``). Whatever else may be posted,
    only what it looks like depends on it: the answers are read by the invitation's own version.
    """
    version, _colon, scale = posted.get("questionnaire", "").partition(":")
    if not _VERSION.fullmatch(version):
        return STANDARD
    known = _last_questions.get((int(version), False, language))
    if known is not None:
        return known
    return Questions(version=int(version), scale=scale) if scale == ZERO_TO_TEN else STANDARD


def _with_hidden(markup: str, hidden: SafeString) -> SafeString:
    # Both are markup already: the form as crispy rendered it, the fields through format_html.
    return mark_safe(markup.replace("</form>", f"{hidden}</form>", 1))  # noqa: S308
