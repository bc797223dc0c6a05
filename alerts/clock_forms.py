"""What administrators set about time: terms, working hours, closing days."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from alerts.escalation import TermsVersion
from staff.hours import Closing, LiberationDay, OpeningHours
from staff.models import Division

_NOWHERE = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/", "posix", "right")


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How long each step may take. Saving makes a new version."""

    class Meta:
        model = TermsVersion
        fields = ("acknowledge_hours", "speak_days", "thank_days", "ask_days")
        labels = {
            "acknowledge_hours": _("–: take up within … working hours"),
            "speak_days": _("–: speak to the client within … working days"),
            "thank_days": _("+: thank the client within … working days"),
            "ask_days": _("+: ask for something within … working days"),
        }


def _weekday_choices() -> list[tuple[str, str]]:
    return [(str(number), str(name)) for number, name in WEEKDAYS.items()]


def _zone_choices() -> list[tuple[str, str]]:
    named = (zone for zone in available_timezones() if "/" in zone)
    return [(zone, zone) for zone in sorted(named) if not zone.startswith(_NOWHERE)]


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Give a time as 09:00.")},
    )


class HoursForm(forms.Form):
    """Working hours of the firm or of one division; what is left blank is inherited."""

    opens = _time_field(_("Opens at"))
    closes = _time_field(_("Closes at"))
    weekdays = forms.MultipleChoiceField(
        label=_("Working days"),
        choices=lazy(_weekday_choices, list)(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    good_friday = forms.ChoiceField(label=_("Good Friday"), required=False)
    liberation_day = forms.ChoiceField(label=_("Liberation Day, 5 May"), required=False)
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, row: OpeningHours, **kwargs: Any) -> None:
        self.row = row
        free = row.has_good_friday_off
        kwargs["initial"] = {
            "opens": row.opens,
            "closes": row.closes,
            "weekdays": list(row.weekdays),
            "good_friday": "" if free is None else ("off" if free else "on"),
            "liberation_day": row.liberation_day,
            "zone": row.zone,
        }
        super().__init__(*args, **kwargs)
        inherited = _("as the whole firm") if row.division_id else _("the standard")
        for name, choices in (
            ("good_friday", [("off", _("a day off")), ("on", _("a working day"))]),
            ("liberation_day", LiberationDay.choices),
            ("zone", _zone_choices()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", inherited), *choices]

    def clean(self) -> dict[str, Any]:
        """Refuse half a working day, and one that ends before it begins."""
        cleaned = super().clean() or {}
        if {"opens", "closes"} & set(self.errors):
            return cleaned
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if (opens is None) != (closes is None):
            self.add_error("closes", _("Give both times, or neither."))
        elif opens is not None and closes is not None and opens >= closes:
            self.add_error("closes", _("Closing comes after opening, on the same day."))
        return cleaned

    def save(self) -> OpeningHours:
        """Store what was filled in; nothing filled in is inherited."""
        given, row = self.cleaned_data, self.row
        row.opens, row.closes = given["opens"], given["closes"]
        row.weekdays = "".join(sorted(given["weekdays"]))
        row.has_good_friday_off = {"off": True, "on": False}.get(given["good_friday"])
        row.liberation_day, row.zone = given["liberation_day"], given["zone"]
        row.save()
        return row


class ClosingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Days on which nobody works, besides public holidays."""

    class Meta:
        model = Closing
        fields = ("name", "first_on", "last_on", "division")
        labels = {"name": _("Why"), "division": _("For whom")}
        help_texts = {"name": _("For example: bridge day, summer break.")}
        widgets = {
            "first_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "last_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["division"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, field.empty_label = Division.objects.all(), _("the whole firm")

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins; the constraint holds it."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day comes after the first, or is the same day."))
        return cleaned
