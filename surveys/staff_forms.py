"""What staff fill in on the page of the invitations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staff import works_council
from surveys.models import Suppression


class SearchForm(forms.Form):
    """Words to look for; the name of a colleague only outside works-council mode."""

    q = forms.CharField(
        label=_("Contact, client or project"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "class": "inp"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not works_council.is_on():
            self.fields["q"].label = _("Contact, client, project or account manager")


class ReopenForm(forms.Form):
    """Why a client answers anew, and whether a mail tells so."""

    reason = forms.CharField(
        label=_("Why reopen?"),
        help_text=_("Management reads it. Both answers stay visible."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write down why the client answers anew.")},
    )
    is_mailed = forms.BooleanField(
        label=_("Mail the client a new link"),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, can_be_mailed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_be_mailed:
            del self.fields["is_mailed"]


class HoldForm(forms.Form):
    """Why somebody is not asked."""

    reason = forms.ChoiceField(
        label=_("Why not ask?"),
        choices=Suppression.Reason.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Explanation"),
        help_text=_("Needed with another reason. Management reads it."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Another reason is only one with words to it."""
        cleaned: dict[str, Any] = super().clean() or {}
        is_other = cleaned.get("reason") == Suppression.Reason.OTHER
        if is_other and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Write down which reason."))
        return cleaned
