"""What is written down about a lead. Each form carries its version, as those of an alert do."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.forms import NOTE_MAX, VersionedForm, refuse_far
from alerts.models import NEXT_STEP_MAX, REASON_MAX, ContactKind, Lead, Stage
from alerts.timing import firm_calendar
from staff.models import User
from surveys.importers.codes import CellError
from surveys.importers.values import parse_amount


class LeadForm(VersionedForm):
    """A change of one lead; on its own it takes a lead over, which takes no words."""

    id_prefix = "lead"

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, current=lead.version, **kwargs)
        self.lead = lead


class EuroField(forms.CharField):
    """An amount as people write it: 18500, 18.500, € 18.500,50. Empty is None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(required=False, max_length=40, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """Return the euros. Raises ValidationError for what is no amount."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except CellError as error:
            raise ValidationError(gettext("Write an amount in euros, such as 18500.")) from error


class LeadContactForm(LeadForm):
    """A contact, or a try, and what comes next."""

    id_prefix = "lead-contact"
    texts = ("note", "next_step")

    how = forms.ChoiceField(
        label=_("What happened?"),
        choices=ContactKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened.")},
    )
    note = forms.CharField(
        label=_("What was said (optional)"),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_step = forms.CharField(
        label=_("Next step (optional)"), max_length=NEXT_STEP_MAX, required=False
    )
    next_step_on = forms.DateField(
        label=_("On which day"),
        help_text=_("Your daily digest names it that day."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day, such as 2026-11-24.")},
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, lead=lead, **kwargs)
        next_day = firm_calendar().next_business_day(timezone.localdate())
        self.fields["next_step_on"].initial = next_day

    def clean_next_step_on(self) -> date | None:
        """A next step lies ahead, or is to be taken today, and not in another life."""
        on: date | None = self.cleaned_data["next_step_on"]
        if on is not None:
            refuse_far(on, is_past=on < timezone.localdate())
        return on

    def clean(self) -> dict[str, Any]:
        """What is to be done needs a day, or nobody is reminded of it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("next_step") and not self.data.get("next_step_on"):
            self.add_error("next_step_on", _("Choose when, so that it comes back in time."))
        return cleaned


class StageForm(LeadForm):
    """How far a lead is; what is won has a value, what is lost a reason."""

    id_prefix = "lead-stage"
    texts = ("value", "lost_reason", "note")

    stage = forms.ChoiceField(
        label=_("How far is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how far it is.")},
    )
    value = EuroField(label=_("Worth in euros"), help_text=_("Needed once it is won."))
    lost_reason = forms.CharField(
        label=_("Why is it lost?"),
        help_text=_("Only when it is lost."),
        max_length=REASON_MAX,
        required=False,
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, lead=lead, **kwargs)
        stage = self.fields["stage"]
        assert isinstance(stage, forms.ChoiceField)
        stage.choices = [
            (one.value, _initial_capital(one)) for one in Stage if one.value != lead.stage
        ]
        self.fields["value"].initial = in_field(lead.value)

    def clean(self) -> dict[str, Any]:
        """Won takes a value, lost a reason; a reason with anything else is dropped."""
        cleaned: dict[str, Any] = super().clean() or {}
        stage = cleaned.get("stage")
        if stage == Stage.WON and "value" not in self.errors and cleaned.get("value") is None:
            self.add_error("value", _("Write what it is worth: it is won."))
        if stage == Stage.LOST and not cleaned.get("lost_reason"):
            self.add_error("lost_reason", _("Write why it is lost, so that we learn from it."))
        return cleaned


class ValueForm(LeadForm):
    """What a lead is expected to bring."""

    id_prefix = "lead-value"
    texts = ("value",)

    value = EuroField(label=_("Expected value in euros"), help_text=_("Empty: nobody can say yet."))

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, lead=lead, **kwargs)
        self.fields["value"].initial = in_field(lead.value)

    def clean_value(self) -> Decimal | None:
        """What is won keeps a value."""
        value: Decimal | None = self.cleaned_data["value"]
        if value is None and self.lead.stage == Stage.WON:
            raise ValidationError(gettext("Write what it is worth: it is won."))
        return value


class HandLeadOverForm(LeadForm):
    """Who owns the lead from now on, with a word to them."""

    id_prefix = "lead-hand-over"
    texts = ("comment",)

    owner = forms.ModelChoiceField(
        label=_("To"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose a colleague.")},
    )
    comment = forms.CharField(
        label=_("What should your colleague know?"),
        help_text=_("Your colleague reads it in the next daily digest."),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why, so that your colleague can go on.")},
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, lead=lead, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.active().exclude(pk=lead.owner_id).order_by("name", "pk")


def in_field(value: Decimal | None) -> str:
    """Return an amount as a field shows it, and reads it back: ``18500``, ``18500,50``."""
    if value is None:
        return ""
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}"


def _initial_capital(stage: Stage) -> str:
    text = str(stage.label)
    return text[:1].upper() + text[1:]
