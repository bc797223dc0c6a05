"""Why the works-council mode is switched."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staff.council import REASON_MAX, REASON_MIN

_TOO_SHORT = _("Write the reason in at least ten characters.")


class CouncilForm(forms.Form):
    """A switch, away from how the mode was when the page was made, with its reason."""

    is_on = forms.TypedChoiceField(
        choices=[("yes", ""), ("no", "")],
        coerce=lambda value: value == "yes",
        widget=forms.HiddenInput,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Every colleague can read this, also later."),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _TOO_SHORT, "min_length": _TOO_SHORT},
    )

    def __init__(self, *args: Any, is_on: bool, **kwargs: Any) -> None:
        """``is_on`` is how the mode is now."""
        super().__init__(*args, **kwargs)
        self.fields["is_on"].initial = "no" if is_on else "yes"

    def clean_reason(self) -> str:
        """Return the reason on one line. What is only spaces is no reason."""
        reason = " ".join(str(self.cleaned_data["reason"]).split())
        if len(reason) < REASON_MIN:
            raise forms.ValidationError(_TOO_SHORT)
        return reason
