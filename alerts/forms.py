"""What is written down about an alert."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Outcome, RootCause

_NOTE_MAX = 4000


class NoteForm(forms.Form):
    """Something worth remembering about this alert."""

    note = forms.CharField(
        label=_("Note"),
        max_length=_NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write down what is worth remembering.")},
    )


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

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "close_%s")  # the note beside it has an id of its own
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(value, Outcome(value).label) for value in alert.outcomes]
        if not alert.is_negative:
            del self.fields["root_cause"]
