"""What management fills in to start a team challenge."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambassadors.steering.challenges import LEAST_DIVISIONS, able_divisions
from ambassadors.steering.models import CHALLENGE_NAME_MAX, POT_MAX
from staff.models import Division

LONGEST = timedelta(days=366)
COUNTS = (
    ("leads", _("Leads")),
    ("follow_up", _("Follow-up in time")),
    ("introductions", _("Introductions")),
)
_TWO = _("Choose at least two divisions.")


def _day(label: Any, error: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": error, "invalid": error},
    )


class ChallengeForm(forms.Form):
    """A challenge: what it is called, when, who takes part, what counts, and for what."""

    name = forms.CharField(
        label=_("Name"),
        max_length=CHALLENGE_NAME_MAX,
        error_messages={"required": _("Give the challenge a name.")},
    )
    first_on = _day(_("First day"), _("Choose the first day."))
    last_on = _day(_("Last day"), _("Choose the last day."))
    divisions = forms.ModelMultipleChoiceField(
        label=_("Divisions that take part"),
        queryset=Division.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _TWO},
    )
    counts = forms.MultipleChoiceField(
        label=_("What counts"),
        choices=COUNTS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that counts.")},
    )
    pot = forms.CharField(
        label=_("For what"),
        help_text=_("In your own words, for example: cake for the whole division. May be empty."),
        max_length=POT_MAX,
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["divisions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = able_divisions()

    def clean_divisions(self) -> list[Division]:
        """Refuse a challenge of one division with itself."""
        chosen = list(self.cleaned_data["divisions"])
        if len(chosen) < LEAST_DIVISIONS:
            raise forms.ValidationError(_TWO)
        return chosen

    def clean(self) -> dict[str, Any]:
        """Refuse a period that is backwards, too long, or began already: its figures are known."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if first is not None and first < self.today:
            self.add_error("first_on", _("Choose today or a later day."))
        elif first is not None and last is not None and last < first:
            self.add_error("last_on", _("The last day comes after the first, or is the same day."))
        elif first is not None and last is not None and last - first > LONGEST:
            self.add_error("last_on", _("A challenge lasts a year at most."))
        return cleaned
