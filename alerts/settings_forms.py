"""What an administrator sets about working alerts: the call guides and the root causes."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alerts.causes import Causes, KnownCause, standard_names
from alerts.models import CAUSE_MAX, GUIDE_MAX

_MOST_QUESTIONS = 6  # a guide is glanced at while the telephone rings
_LAST_PLACE = 999
_NEW_PLACE = 65  # before "something else", which closes the product's own list


class GuideForm(forms.Form):
    """A few questions, one a line."""

    body = forms.CharField(
        label=_("Questions for the call"),
        help_text=_("One question on each line, six at most. Ask; do not write apologies."),
        max_length=GUIDE_MAX,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Write at least one question.")},
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs["lang"] = language

    def clean_body(self) -> str:
        """One question a line, without empty ones."""
        lines = [line.strip() for line in self.cleaned_data["body"].splitlines() if line.strip()]
        if len(lines) > _MOST_QUESTIONS:
            raise ValidationError(_("Six questions at most: a call is no questionnaire."))
        return "\n".join(lines)


class CauseForm(forms.Form):
    """What a cause is called in each language of colleagues, its place, and whether it is used."""

    order = forms.IntegerField(
        label=_("Place in the list"),
        help_text=_("A lower number stands higher. The standard causes have 10, 20, 30 and on."),
        min_value=1,
        max_value=_LAST_PLACE,
        initial=_NEW_PLACE,
    )
    is_active = forms.BooleanField(
        label=_("Can be chosen when an alert is closed"), required=False, initial=True
    )

    def __init__(self, *args: Any, cause: KnownCause | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause = cause
        names = (standard_names(cause.code) | cause.names) if cause else {}
        for language, label in settings.STAFF_LANGUAGES:
            self.fields[f"name_{language}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": label},
                max_length=CAUSE_MAX,
                initial=names.get(language, ""),
                widget=forms.TextInput(attrs={"lang": language}),
                error_messages={"required": _("Give the cause a name in every language.")},
            )
        if cause:
            self.fields["order"].initial = cause.order
            self.fields["is_active"].initial = cause.is_active
        self.order_fields([*(name for name in self.fields if name.startswith("name_"))])

    def clean_is_active(self) -> bool:
        """One cause is always left, or no – can be closed."""
        is_active: bool = self.cleaned_data["is_active"]
        others = [one for one in Causes() if one.is_active and one.code != self._code]
        if not is_active and not others:
            raise ValidationError(_("Leave at least one cause that can be chosen."))
        return is_active

    @property
    def _code(self) -> str:
        return self.cause.code if self.cause else ""

    @property
    def names(self) -> dict[str, str]:
        """The names by language, once it is valid."""
        return {
            code: self.cleaned_data[f"name_{code}"] for code, _label in settings.STAFF_LANGUAGES
        }
