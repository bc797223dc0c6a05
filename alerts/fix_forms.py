"""How a structural fix stands."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.models import Fix, FixState
from alerts.models.fixes import OWNED
from staff.models import User


class FixForm(forms.Form):
    """Who sees to it, how far it is, since when the clients know, and a note for the record."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=_("State"),
        choices=FixState.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it stands.")},
    )
    owner = forms.ModelChoiceField(
        label=_("Who sees to it"),
        queryset=User.objects.none(),
        empty_label=_("Nobody yet"),
        required=False,
    )
    told_on = forms.DateField(
        label=_("Told the clients on (optional)"),
        help_text=_("Once it is done."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day, such as 2026-11-24.")},
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        help_text=_("Stays on the record: it cannot be changed later."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, fix: Fix, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "state": fix.state,
            "owner": fix.owner_id,
            "told_on": fix.told_on,
            "version": fix.version,
        }
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        active = User.objects.active()  # whoever left stays with what they did
        owner.queryset = (active | User.objects.filter(pk=fix.owner_id)).order_by("name", "pk")

    @property
    def seen(self) -> int:
        """The version on the page that this form was on; -1 for what is none."""
        typed = self.data.get("version", "")
        return int(typed) if typed.isascii() and typed.isdigit() else -1

    def clean_told_on(self) -> date | None:
        """Nobody was told on a day ahead."""
        told_on: date | None = self.cleaned_data["told_on"]
        if told_on is not None and told_on > timezone.localdate():
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return told_on

    def clean(self) -> dict[str, Any]:
        """Say in words what the constraints of a fix hold."""
        cleaned: dict[str, Any] = super().clean() or {}
        state = cleaned.get("state")
        if state in OWNED and not cleaned.get("owner") and "owner" not in self.errors:
            self.add_error("owner", _("Choose who does it, or did it."))
        if state and state != FixState.DONE and cleaned.get("told_on"):
            self.add_error("told_on", _("Tell it once it is done, or leave this empty."))
        if state == FixState.DROPPED and not cleaned.get("note"):
            self.add_error("note", _("Write why it will not be done."))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """Return what the verb takes, once it is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
