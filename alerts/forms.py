"""What is written down about an alert."""

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Outcome, RootCause
from surveys.models import FOLLOW_UP_MAX
from surveys.plain_text import PlainTextField
from surveys.texts import follow_up_sentence

_NOTE_MAX = 4000


class NoteForm(forms.Form):
    """Something worth remembering about this alert."""

    note = forms.CharField(
        label=_("Note"),
        max_length=_NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write down what is worth remembering.")},
    )


def _follow_up_field() -> PlainTextField:
    return PlainTextField(
        label=_("What may we tell the client about it? (optional)"),
        max_length=FOLLOW_UP_MAX,
        required=False,
    )


def _how_it_is_told(alert: Alert) -> str:
    """Say when the client reads it, in which language, and in which sentence."""
    response = alert.response
    with translation.override(response.contact.spoken_language):
        sentence = follow_up_sentence(project=response.project.name, text="…")
    return gettext(
        "%(name)s reads it once, in the next invitation, in %(language)s: “%(sentence)s”"
    ) % {
        "name": response.contact.name,
        "language": response.contact.spoken_language_label,
        "sentence": sentence,
    }


class FollowUpForm(forms.Form):
    """What the client may be told about their answer; empty is nothing."""

    follow_up = _follow_up_field()

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "told_%s")
        super().__init__(*args, **kwargs)
        self.fields["follow_up"].help_text = _how_it_is_told(alert)


class CloseForm(forms.Form):
    """What came of an alert; for a – also what it was caused by (PRODUCT, 7)."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    root_cause = forms.ChoiceField(
        label=_("Root cause"),
        choices=[("", _("Choose a cause")), *RootCause.choices],
        error_messages={"required": _("Choose what caused it, so that we can prevent it.")},
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        max_length=_NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follow_up = _follow_up_field()

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "close_%s")  # the note beside it has an id of its own
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(value, Outcome(value).label) for value in alert.outcomes]
        self.fields["follow_up"].help_text = _how_it_is_told(alert)
        if not alert.is_negative:
            del self.fields["root_cause"]
