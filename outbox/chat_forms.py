"""What administrators fill in of a chat address. Its secret comes in, and never out again."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.addresses import ChatAddress
from outbox.services import NotAnAddress, opened


class SecretInput(forms.PasswordInput):
    """Shown while it is typed or pasted, never rendered with a value."""

    input_type = "text"

    def __init__(self) -> None:
        quiet = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        super().__init__(attrs=quiet, render_value=False)


class ChatAddressForm(forms.Form):
    """Name and address; of one that exists a blank address means the one that it has."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("As colleagues will choose it, such as “Slack #klanten”."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=2000, required=False, widget=SecretInput
    )

    def __init__(self, data: QueryDict | None, *, address: ChatAddress | None = None) -> None:
        super().__init__(data, initial={"name": address.name} if address else None)
        self.address = address
        text = _("The web address that the service shows, or an address of Apprise.")
        if address is not None:
            text = _("Blank: it stays %(masked)s.") % {"masked": address.masked}
        self.fields["url"].help_text = f"{text} " + _("After saving it is not shown again.")
        self.service = address.service if address else ""

    def clean_name(self) -> str:
        """Refuse a name that another address has."""
        name: str = self.cleaned_data["name"]
        same = ChatAddress.objects.filter(name__iexact=name)
        if self.address is not None:
            same = same.exclude(pk=self.address.pk)
        if same.exists():
            raise forms.ValidationError(_("There is an address with this name already."))
        return name

    def clean_url(self) -> str:
        """Return the address, or the stored one; note which service it is of."""
        url: str = self.cleaned_data["url"].strip()
        if not url and self.address is not None:
            return self.address.url
        if not url:
            raise forms.ValidationError(_("Fill in the address."))
        try:
            self.service = opened(url, private_hosts=settings.PRIVATE_HOSTS).key
        except NotAnAddress as error:
            raise forms.ValidationError(str(error)) from error
        return url

    def values(self) -> dict[str, Any]:
        """Return the columns of what was filled in, once it is valid."""
        given = self.cleaned_data
        return {"name": given["name"], "url": given["url"], "service": self.service}
