"""What a colleague writes to a client in a mail: a few plain sentences, without addresses."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_ADDRESS = re.compile(r"(?<!\w)(?:https?:|www\.)", flags=re.IGNORECASE)


class PlainTextField(forms.CharField):
    """A short text on one line, however it was typed; internet addresses are refused."""

    widget = forms.Textarea(attrs={"rows": 3})
    default_error_messages = {
        "address": _("Leave internet addresses out: the mail holds the links to the questions.")
    }

    def to_python(self, value: Any) -> str:
        """Return the text with every run of white space, also a line's end, as one space."""
        return " ".join(str(super().to_python(value) or "").split())

    def validate(self, value: str) -> None:
        """Refuse what a mail program would turn into a link."""
        super().validate(value)
        if _ADDRESS.search(value):
            raise ValidationError(self.error_messages["address"], code="address")
