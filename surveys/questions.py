"""What the four questions say on one page: the product's words, or those of a questionnaire."""

from dataclasses import dataclass
from typing import Any

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Invitation, Questionnaire

THREE_STEP, ZERO_TO_TEN = Questionnaire.Scale.THREE_STEP, Questionnaire.Scale.ZERO_TO_TEN
NAMES = ("satisfaction", "motivation", "recommendation", "interest")

_ONE_PROJECT = _("Are you satisfied with our services in this project?")
_MORE_PROJECTS = _("Are you satisfied with our services in these projects?")
_STANDARD = {
    "satisfaction": _ONE_PROJECT,
    "motivation": _("Could you briefly explain?"),
    "recommendation": _("Would you recommend us to a colleague or another organisation?"),
    "interest": _("Are you interested in more of our services?"),
}
_HOW_LIKELY = _("How likely are you to recommend us to a colleague or another organisation?")


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The four questions in one language. Blank words are the product's own.

    Everything that the form's markup depends on beside language and services, and hashable: the
    key under which that markup is kept. ``version`` is the questionnaire's primary key, 0 without.
    """

    version: int = 0
    scale: str = THREE_STEP
    satisfaction: str = ""
    motivation: str = ""
    recommendation: str = ""
    interest: str = ""
    is_plural: bool = False

    @property
    def is_zero_to_ten(self) -> bool:
        """Whether question 3 is answered by a number."""
        return self.scale == ZERO_TO_TEN

    @property
    def key(self) -> str:
        """What travels with the form, for the time that the database is away."""
        return f"{self.version}:{self.scale}" if self.version else ""

    def text(self, name: str) -> Any:
        """Return the text of one of NAMES, perhaps lazy: its own words, else the standard ones."""
        return getattr(self, name) or standard_text(
            name, scale=self.scale, is_plural=self.is_plural
        )


STANDARD = Questions()


def standard_text(name: str, *, scale: str = THREE_STEP, is_plural: bool = False) -> Any:
    """Return the product's words of one of NAMES, lazy: in the language in which it is shown."""
    if name == "satisfaction" and is_plural:
        return _MORE_PROJECTS
    if name == "recommendation" and scale == ZERO_TO_TEN:
        return _HOW_LIKELY
    return _STANDARD[name]


def questions_of(invitation: Invitation, language: str) -> Questions:
    """Return what ``invitation`` asks in ``language``: for ever the version it was sent with.

    No query without a questionnaire, else one, unless it is fetched already with its wordings.
    """
    is_plural = bool(invitation.other_names)
    if invitation.questionnaire_id is None:
        return Questions(is_plural=is_plural) if is_plural else STANDARD
    if "questionnaire" in invitation._state.fields_cache and invitation.questionnaire:
        return in_words(invitation.questionnaire, language, is_plural=is_plural)
    return _fetched(invitation.questionnaire_id, language, is_plural=is_plural)


def _fetched(version: int, language: str, *, is_plural: bool) -> Questions:
    """Return what a version asks in ``language``, in one query."""
    own = FilteredRelation("wordings", condition=Q(wordings__language=language))
    rows = Questionnaire.objects.annotate(own=own)
    columns = (f"own__{name}" for name in NAMES)
    scale, *words = rows.values_list("scale", *columns).get(pk=version)
    texts = {name: text or "" for name, text in zip(NAMES, words, strict=True)}
    return Questions(version=version, scale=scale, is_plural=is_plural, **texts)


def in_words(questionnaire: Questionnaire, language: str, *, is_plural: bool = False) -> Questions:
    """Return what ``questionnaire`` asks in ``language``."""
    own = questionnaire.wording(language)
    return Questions(
        version=questionnaire.pk,
        scale=questionnaire.scale,
        is_plural=is_plural,
        **{name: getattr(own, name) for name in NAMES},
    )
