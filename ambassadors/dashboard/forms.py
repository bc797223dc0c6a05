"""The filter above the dashboard."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ambassadors.rollup.scope import Scope
from staff.models import Division
from surveys.models import Sector, Service


class Period(models.TextChoices):
    """What the period filter offers."""

    DAYS_30 = "30d", _("Last 30 days")
    DAYS_90 = "90d", _("Last 90 days")
    MONTHS_12 = "12m", _("Last 12 months")
    YEAR = "year", _("This year")
    ALL = "all", _("Everything")
    OWN = "own", _("From – to")


def first_day(period: str, today: date) -> date | None:
    """Return the first day of a preset that ends ``today``; None when it has no beginning."""
    if period == Period.DAYS_30:
        return today - timedelta(days=29)
    if period == Period.DAYS_90:
        return today - timedelta(days=89)
    if period == Period.YEAR:
        return date(today.year, 1, 1)
    if period == Period.MONTHS_12:
        tomorrow = today + timedelta(days=1)
        is_leap_day = (tomorrow.month, tomorrow.day) == (2, 29)
        return tomorrow.replace(year=tomorrow.year - 1, day=28 if is_leap_day else tomorrow.day)
    return None


class DateInput(forms.DateInput):
    """A browser's own date picker; its value is always year-month-day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """Return nothing for what is no date: a browser's date picker cannot show it anyway."""
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            return None


class FilterForm(forms.Form):
    """Period by closing date, and a part of the firm. Empty is: the last 12 months, everything.

    Dates that are filled in win over a preset.
    """

    period = forms.ChoiceField(label=_("Project closed"), choices=Period.choices)
    first = forms.DateField(label=_("From"), required=False, widget=DateInput())
    last = forms.DateField(label=_("Up to and including"), required=False, widget=DateInput())
    division = forms.ModelChoiceField(
        Division.objects.all(), label=_("Division"), required=False, empty_label=_("All divisions")
    )
    service = forms.ModelChoiceField(
        Service.objects.all(), label=_("Service"), required=False, empty_label=_("All services")
    )
    sector = forms.ModelChoiceField(
        Sector.objects.all(), label=_("Sector"), required=False, empty_label=_("All sectors")
    )

    def __init__(self, data: QueryDict) -> None:
        """``data`` is the address's query; what it leaves out is filled in, so that it shows."""
        data = data.copy()
        if data.get("first") or data.get("last"):
            data["period"] = Period.OWN
        elif not data.get("period"):
            data["period"] = Period.MONTHS_12
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["class"] = "inp"

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and an own period without any date."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The first day is after the last day."))
        has_dates = first or last or self.has_error("first") or self.has_error("last")
        if cleaned.get("period") == Period.OWN and not has_dates:
            self.add_error("first", _("Fill in a first or a last day."))
        return cleaned

    def scope(self, *, today: date) -> Scope:
        """Return what was asked for; after an error the last 12 months of the whole firm."""
        if not self.is_valid():
            return Scope(first=first_day(Period.MONTHS_12, today), last=today)
        given = self.cleaned_data
        first, last = given["first"], given["last"]
        if not first and not last:
            first = first_day(given["period"], today)
            last = None if given["period"] == Period.ALL else today
        return Scope(
            first=first,
            last=last,
            division=given["division"],
            service=given["service"],
            sector=given["sector"],
        )


def asked_for(request: HttpRequest, *, now: datetime) -> tuple[FilterForm, Scope]:
    """Return the filter of the page's address and what it asks for: the same on every page."""
    form = FilterForm(request.GET)
    return form, form.scope(today=timezone.localdate(now))
