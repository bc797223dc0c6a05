"""What the pages of the questionnaires tell: what is asked when, and what came of each version."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Invitation, Questionnaire, Touchpoint
from surveys.questions import NAMES

_WHEN = {
    Touchpoint.PROJECT_CLOSE: gettext_lazy("Always asked, when a project has closed."),
    Touchpoint.DELIVERY: gettext_lazy("On the planned end, of projects that still run then."),
    Touchpoint.MID_PROJECT: gettext_lazy(
        "At half of the time, of projects that take %(mid)s days or longer."
    ),
    Touchpoint.AFTERCARE: gettext_lazy("%(after)s days after the close."),
}


@dataclass(frozen=True, kw_only=True)
class Use:
    """How often a version was sent, and how many of those were answered."""

    sent: int = 0
    answered: int = 0


@dataclass(frozen=True, kw_only=True)
class Version:
    """One line of a touchpoint: a version with its counts, or None, the product's own questions."""

    questionnaire: Questionnaire | None
    use: Use
    is_in_use: bool


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One touchpoint with its versions, the newest first."""

    touchpoint: Touchpoint
    versions: list[Version]

    @property
    def when(self) -> str:
        """When it is asked, in a sentence."""
        days = {"mid": settings.MID_PROJECT_FROM_DAYS, "after": settings.AFTERCARE_AFTER_DAYS}
        return str(_WHEN[self.touchpoint]) % days

    @property
    def is_asked(self) -> bool:
        """Whether whoever is due is invited."""
        return any(version.is_in_use for version in self.versions)

    @property
    def open_version(self) -> Questionnaire | None:
        """The version that can still be changed, if there is one."""
        found = (one.questionnaire for one in self.versions)
        return next((one for one in found if one and not one.is_frozen), None)


def moments() -> list[Moment]:
    """Return every touchpoint with its versions. Two queries."""
    counts = _counts()
    stored: dict[str, list[Questionnaire]] = {}
    for one in Questionnaire.objects.select_related("created_by").order_by("-version"):
        stored.setdefault(one.touchpoint, []).append(one)
    return [
        Moment(
            touchpoint=touchpoint,
            versions=_versions(touchpoint, stored.get(touchpoint, []), counts),
        )
        for touchpoint in Touchpoint
    ]


def _versions(
    touchpoint: str,
    stored: list[Questionnaire],
    counts: Mapping[tuple[str, int | None], Use],
) -> list[Version]:
    versions = [
        Version(
            questionnaire=one,
            use=counts.get((touchpoint, one.pk), Use()),
            is_in_use=one.is_active,
        )
        for one in stored
    ]
    if touchpoint == Touchpoint.PROJECT_CLOSE:
        is_in_use = not any(one.is_active for one in stored)
        use = counts.get((touchpoint, None), Use())
        versions.append(Version(questionnaire=None, use=use, is_in_use=is_in_use))
    return versions


def use_of(questionnaire: Questionnaire) -> Use:
    """Return the counts of one version."""
    return _counts(questionnaire=questionnaire).get(
        (questionnaire.touchpoint, questionnaire.pk), Use()
    )


def _counts(**wanted: Questionnaire) -> dict[tuple[str, int | None], Use]:
    rows = Invitation.objects.filter(**wanted).order_by().values("touchpoint", "questionnaire")
    numbers = rows.annotate(
        sent=Count("pk", distinct=True), answered=Count("responses__invitation", distinct=True)
    )
    return {
        (row["touchpoint"], row["questionnaire"]): Use(sent=row["sent"], answered=row["answered"])
        for row in numbers
    }


def gaps(questionnaire: Questionnaire) -> list[str]:
    """Return, question by question, in which languages our standard text stands beside own words.

    A firm that words a question in Dutch seldom means its German clients to read another one.
    """
    languages = dict(settings.CLIENT_LANGUAGES)
    wordings = {code: questionnaire.wording(code) for code in languages}
    found = []
    for number, name in enumerate(NAMES, start=1):
        blank = [str(languages[code]) for code, own in wordings.items() if not getattr(own, name)]
        if 0 < len(blank) < len(wordings):
            which = get_text_list(blank, _("and"))
            text = _("Question %(number)s has no words of its own in %(languages)s.")
            found.append(text % {"number": number, "languages": which})
    return found
