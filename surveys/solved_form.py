"""The form of the one question after a – was closed: is it solved for you?"""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout, Submit
from django import forms
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from surveys.forms import Question
from surveys.models import LINE_OF_CLIENT_MAX, Verdict

_CHOICES = (
    (Verdict.YES.value, gettext_lazy("Yes, it is solved")),
    (Verdict.NOT_YET.value, gettext_lazy("Not yet")),
)


class SolvedForm(forms.Form):
    """One choice, and one line that may stay empty."""

    solved = forms.ChoiceField(
        label=gettext_lazy("Is it solved for you?"),
        choices=_CHOICES,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose whether it is solved for you.")
        ),
    )
    line = forms.CharField(
        label=gettext_lazy("Would you like to add something?"),
        help_text=gettext_lazy("Optional. One line is enough."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # As in ``AnswerForm``: filled in by programs only.
    remark = forms.Field(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    seen = ""  # the signed time of the page that was posted, to be kept when it comes back

    def __init__(self, data: Any = None, *, chosen: str = "", is_change: bool = False) -> None:
        """``chosen`` is preselected; ``is_change``: another answer than the one that is known."""
        super().__init__(data, auto_id="solved_%s", initial={"solved": chosen})
        language = get_language() or ""
        spoken = HTML(format_html('<input type="hidden" name="language" value="{}">', language))
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Question("solved", template="clear/pills.html", columns="two"),
            "line",
            spoken,
            Question("remark", template="surveys/parts/trap.html"),
        )
        self.helper.add_input(Submit("", _("Change my answer") if is_change else _("Send")))
        self.helper.attrs = {"novalidate": True}
        self.helper.disable_csrf = True
        self.helper.include_media = False
        self.helper.form_error_title = _("Your answer has not been sent yet")

    @property
    def is_trapped(self) -> bool:
        """Whether the field that nobody can see is filled in."""
        return bool(self.data.get("remark", "").strip())

    def ask_once_more(self) -> None:
        """Take what looks like a program only at the second press."""
        self.add_error(None, _("Please check it once more, and press the button again."))

    def clean_line(self) -> str:
        """One line; too long is said, not cut off."""
        line = " ".join(str(self.cleaned_data["line"]).split())
        if len(line) > LINE_OF_CLIENT_MAX:
            raise forms.ValidationError(
                _("Your text has %(length)d characters, %(most)d fit. Please shorten it.")
                % {"length": len(line), "most": LINE_OF_CLIENT_MAX}
            )
        return line
