"""What an administrator fills in to word a questionnaire."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from surveys.actions.questionnaires import Content
from surveys.models import WORDING_MAX, Questionnaire, Service
from surveys.questions import NAMES, standard_text

_TOO_LONG = _("%(show_value)d characters, %(limit_value)d fit: shorten this question.")
_LABELS = {
    "satisfaction": _("Question 1: satisfaction"),
    "motivation": _("Question 2: why"),
    "recommendation": _("Question 3: recommendation"),
    "interest": _("Question 4: more services"),
}

_SHORT = {  # as an error calls them
    "satisfaction": _("question 1"),
    "motivation": _("question 2"),
    "recommendation": _("question 3"),
    "interest": _("question 4"),
}


class WordingField(forms.CharField):
    """One question: one line, however it was pasted. Its HTML is text, wherever it goes."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave ``maxlength`` out: browsers cut pasted text off at it without a word."""
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class QuestionnaireForm(forms.Form):
    """Scale, services, and four questions in each language that clients read."""

    scale = forms.ChoiceField(
        label=_("How question 3 is answered"),
        choices=Questionnaire.Scale.choices,
        widget=forms.RadioSelect,
    )
    services = forms.ModelMultipleChoiceField(
        label=_("Services under question 4"),
        help_text=_("None chosen: all that you offer."),
        queryset=Service.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, questionnaire: Questionnaire) -> None:
        chosen = list(questionnaire.services.all())
        initial: dict[str, Any] = {"scale": questionnaire.scale, "services": chosen}
        for code, _label in settings.CLIENT_LANGUAGES:
            own = questionnaire.wording(code)
            initial |= {f"{code}_{name}": getattr(own, name) for name in NAMES}
        super().__init__(data, initial=initial)
        offered = Service.objects.filter(Q(is_offered=True) | Q(pk__in=[one.pk for one in chosen]))
        field = self.fields["services"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = offered
        for code, _label in settings.CLIENT_LANGUAGES:
            for name in NAMES:
                self.fields[f"{code}_{name}"] = _wording(code, name, questionnaire.scale)

    def by_language(self) -> Iterator[tuple[str, str, list[forms.BoundField]]]:
        """Yield code, name and the four fields of each language."""
        for code, language in settings.CLIENT_LANGUAGES:
            yield code, str(language), [self[f"{code}_{name}"] for name in NAMES]

    def content(self) -> Content:
        """Return what was filled in."""
        cleaned = self.cleaned_data
        return Content(
            scale=cleaned["scale"],
            services=list(cleaned["services"]),
            wordings={
                code: {name: cleaned[f"{code}_{name}"] for name in NAMES}
                for code, _label in settings.CLIENT_LANGUAGES
            },
        )


def _wording(code: str, name: str, scale: str) -> WordingField:
    """Return the field of one question in one language, with the standard text behind it."""
    with translation.override(code):
        standard = str(standard_text(name, scale=scale))
    attrs = {"rows": 2, "class": "inp", "lang": code, "placeholder": standard}
    return WordingField(
        label=_LABELS[name],
        required=False,
        max_length=WORDING_MAX,
        widget=forms.Textarea(attrs=attrs),
        error_messages={
            "max_length": format_lazy(
                "{language}, {question}: {error}",
                language=dict(settings.CLIENT_LANGUAGES)[code],
                question=_SHORT[name],
                error=_TOO_LONG,
            )
        },
    )
