"""What administrators fill in of a webhook."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.endpoint_rules import why_refused
from outbox.endpoints import NAME_MAX, URL_MAX, Endpoint
from outbox.event_types import event_types


def _choices() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in event_types()]


class EndpointForm(forms.Form):
    """Name, address and events of one webhook; ``endpoint`` is the one that is changed."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As colleagues call the other system, such as CRM."),
        max_length=NAME_MAX,
        error_messages={"required": gettext_lazy("Give the webhook a name.")},
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Where the other system takes webhooks: it begins with https://."),
        max_length=URL_MAX,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Fill in the address of the other system.")},
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Which events?"),
        choices=_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one event.")},
    )
    sends_words = forms.BooleanField(
        label=gettext_lazy("Send the client's own words along"),
        help_text=gettext_lazy(
            "Why somebody is satisfied or not, word for word. "
            "Leave this off unless the other system needs it: then fewer people read it."
        ),
        required=False,
    )

    def __init__(self, *args: Any, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        if endpoint is not None:
            subscribed = endpoint.subscriptions.values_list("event_type", flat=True)
            kwargs["initial"] = {
                "name": endpoint.name,
                "url": endpoint.url,
                "events": list(subscribed),
                "sends_words": endpoint.sends_words,
            }
        super().__init__(*args, **kwargs)
        self._endpoint = endpoint

    def clean_name(self) -> str:
        """Two webhooks with one name could not be told apart."""
        name = " ".join(self.cleaned_data["name"].split())
        others = Endpoint.objects.filter(name__iexact=name)
        if self._endpoint is not None:
            others = others.exclude(pk=self._endpoint.pk)
        if others.exists():
            raise ValidationError(_("There is a webhook with this name already."))
        return name

    def clean_url(self) -> str:
        """Only where a webhook may go."""
        url: str = self.cleaned_data["url"]
        if reason := why_refused(url):
            raise ValidationError(reason)
        return url
