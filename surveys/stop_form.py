"""The form behind "no more questions": one tick and one button, and the same for the way back."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext as _


class StopForm(forms.Form):
    """Stop, or with ``is_back`` begin again. Without the tick, which nobody sets by accident,
    the button does nothing: mail scanners press buttons."""

    is_sure = forms.BooleanField()
    # Of the form that was posted, not of how things stand: a double click does not undo itself.
    lift = forms.CharField(widget=forms.HiddenInput, required=False)
    language = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, is_back: bool, language: str) -> None:
        initial = {"lift": "1" if is_back else "", "language": language}
        super().__init__(data, initial=initial)
        box = self.fields["is_sure"]
        if is_back:
            box.label = _("Yes, I want to receive questions again")
            button = _("Send me questions again")
        else:
            box.label = _("Yes, I want to receive no more questions")
            button = _("Send me no more questions")
        box.error_messages["required"] = _("Please tick the box first, then press the button.")
        self.helper = FormHelper()
        self.helper.add_input(Submit("", button))
        self.helper.attrs = {"novalidate": True}  # the browser's bubbles speak its own language
        self.helper.disable_csrf = True
        self.helper.include_media = False
        self.helper.form_error_title = _("Nothing has changed yet")
