"""The filter above the outbox."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import KEPT, Channel, Delivery, DeliveryQuerySet, Lane, State

# Before and after these nothing was queued, and no calendar overflows.
_DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31)))
CAME_BACK = "came_back"  # in the filter only: it was sent, and did not arrive


class FilterForm(forms.Form):
    """Words, state, kind, channel and period. What cannot be read is left out, and says so."""

    q = forms.CharField(
        label=_("Person, address or project"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            *State.choices,
            (KEPT, _("kept, not sent")),
            (CAME_BACK, _("came back")),
        ],
    )
    lane = forms.TypedChoiceField(
        label=_("Kind"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("All kinds")), *Lane.choices],
    )
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All channels")), *Channel.choices]
    )
    since = forms.DateField(
        label=_("Queued from"),
        required=False,
        validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("up to and including"),
        required=False,
        validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["class"] = "inp"

    @property
    def is_filtering(self) -> bool:
        """Whether anything was asked for, readable or not."""
        return any(self.data.get(name) for name in self.fields)

    def deliveries(self) -> DeliveryQuerySet:
        """Return what was asked for, the newest first, without the messages themselves."""
        self.is_valid()
        given: dict[str, Any] = self.cleaned_data
        rows = _in_state(Delivery.objects.all(), given.get("state") or "")
        if given.get("lane") is not None:
            rows = rows.filter(lane=given["lane"])
        if given.get("channel"):
            rows = rows.filter(channel=given["channel"])
        if given.get("since"):
            rows = rows.filter(created_at__gte=_start_of(given["since"]))
        if given.get("until"):
            rows = rows.filter(created_at__lt=_start_of(given["until"] + timedelta(days=1)))
        return rows.found_by(given.get("q") or "").defer("message")


def _in_state(rows: DeliveryQuerySet, state: str) -> DeliveryQuerySet:
    """Return the ``rows`` of ``state``: one of State, or of the two that the page tells apart."""
    if state == CAME_BACK:
        return rows.filter(bounced_at__isnull=False)
    if state == KEPT:
        return rows.filter(state=State.SENT, transport=KEPT)
    if state == State.SENT:
        return rows.filter(state=State.SENT).exclude(transport=KEPT)
    return rows.filter(state=state) if state else rows


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
