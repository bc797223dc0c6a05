"""What somebody fills in beside the list: filters, and the name of a view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alerts.filters import ANY_STAGE, ANY_STAGE_LABEL, NAMES, Filters, Period
from alerts.models import VIEW_NAME_MAX, Stage
from staff.models import Division
from surveys.models import Group, Service

_INPUT = {"class": "inp", "form": "find"}  # which stands above them


class _ServiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, service: Service) -> str:
        return service.label


class FilterForm(forms.Form):
    """The filters, as they stand in the address. What is not right does not filter."""

    q = forms.CharField(
        label=_("Search by person, client or project"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", **_INPUT}),
    )
    group = forms.ChoiceField(
        label=_("Group"),
        required=False,
        choices=[
            ("", _("+ and –")),
            (Group.POSITIVE.value, Group.POSITIVE.label),
            (Group.NEGATIVE.value, Group.NEGATIVE.label),
        ],
        widget=forms.Select(attrs=_INPUT),
    )
    stage = forms.ChoiceField(
        label=pgettext_lazy("lead", "Stage"),
        required=False,
        choices=[
            ("", _("Open: new, talking, offered")),
            *Stage.choices,
            (ANY_STAGE, ANY_STAGE_LABEL),
        ],
        widget=forms.Select(attrs=_INPUT),
    )
    division = forms.ModelChoiceField(
        label=_("Division"),
        required=False,
        queryset=Division.objects.all(),
        empty_label=_("All divisions"),
        widget=forms.Select(attrs=_INPUT),
    )
    service = _ServiceField(
        label=_("Service"),
        required=False,
        queryset=Service.objects.all(),
        empty_label=_("All services"),
        widget=forms.Select(attrs=_INPUT),
    )
    period = forms.ChoiceField(
        label=pgettext_lazy("when", "Answered"),
        required=False,
        choices=[("", _("At any time")), *Period.choices],
        widget=forms.Select(attrs=_INPUT),
    )

    def __init__(self, *args: Any, is_of_leads: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_of_leads = is_of_leads
        if not is_of_leads:
            del self.fields["stage"]
            return
        group = self.fields["group"]
        assert isinstance(group, forms.ChoiceField)
        group.choices = [
            ("", _("+ and 0")),
            (Group.POSITIVE.value, Group.POSITIVE.label),
            (Group.NEUTRAL.value, Group.NEUTRAL.label),
        ]

    def filters(self) -> Filters:
        """Return the filters that are on."""
        self.is_valid()
        known = {name: value for name, value in self.cleaned_data.items() if value}
        return Filters(
            words=known.get("q", ""),
            group=known.get("group", ""),
            stage=known.get("stage", ""),
            is_of_leads=self._is_of_leads,
            division=known.get("division"),
            service=known.get("service"),
            period=known.get("period", ""),
            given={
                name: str(getattr(known[name], "pk", known[name]))
                for name in NAMES
                if name in known
            },
        )


class SinceForm(forms.Form):
    """The newest alert there was when a page was made."""

    after = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class ViewNameForm(forms.Form):
    """Under which name a view is kept."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=VIEW_NAME_MAX,
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
        error_messages={"required": _("Give the view a name.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "view_%s")
        super().__init__(*args, **kwargs)
