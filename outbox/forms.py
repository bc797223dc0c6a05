"""The filter above the outbox."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outbox.models import KEPT, Delivery, DeliveryQuerySet, Lane, State

CAME_BACK = "came_back"  # in the filter only: it was sent, and did not arrive


class FilterForm(forms.Form):
    """State, lane and words. What cannot be read is left out of the filter, and says so."""

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
    q = forms.CharField(
        label=_("Recipient, address or subject"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["class"] = "inp"

    def deliveries(self) -> DeliveryQuerySet:
        """Return what was asked for, the newest first, without the messages themselves."""
        self.is_valid()
        given: dict[str, Any] = self.cleaned_data
        rows = Delivery.objects.defer("message")
        state, lane, words = given.get("state"), given.get("lane"), given.get("q")
        if state == KEPT:
            rows = rows.filter(state=State.SENT, transport=KEPT)
        elif state == CAME_BACK:
            rows = rows.filter(bounced_at__isnull=False)
        elif state:
            rows = rows.filter(state=state)
            rows = rows.exclude(transport=KEPT) if state == State.SENT else rows
        if lane is not None:
            rows = rows.filter(lane=lane)
        if words:
            rows = rows.filter(
                Q(recipient_name__icontains=words)
                | Q(recipient_address__icontains=words)
                | Q(subject__icontains=words)
            )
        return rows
