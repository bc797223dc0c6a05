"""The forms after answering: what a client allows, and when to call them.

Nothing is chosen beforehand, and a button alone does nothing: mail scanners press buttons.
"""

from collections.abc import Mapping
from typing import Any

import phonenumbers
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout
from django import forms
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from surveys.forms import Question
from surveys.models import NOTE_MAX, ConsentKind, Moment, Recommendation, Response

_HOME = "NL"  # numbers without a country are Dutch
Words = tuple[str | Promise, str | Promise]

# What each means, as the client ticks it: a name and one line.
CONSENTS: Mapping[str, Words] = {
    ConsentKind.INTRODUCTION: (
        gettext_lazy("An introduction"),
        gettext_lazy("to a colleague or an organisation with a similar question"),
    ),
    ConsentKind.REFERENCE: (
        gettext_lazy("A reference"),
        gettext_lazy("a new client may call you for a quarter of an hour"),
    ),
    ConsentKind.STORY: (
        gettext_lazy("Your story"),
        gettext_lazy("a journalist writes it down; you read it before anyone else does"),
    ),
    ConsentKind.QUOTE: (
        gettext_lazy("Your words as a quotation"),
        gettext_lazy("with your name and position, in proposals and on our site"),
    ),
}
_STORY_ONLY: Words = (
    gettext_lazy("The story of the project"),
    gettext_lazy("without a recommendation; you read it before anyone else does"),
)
# In "… will call you in the morning on 06 12345678".
MOMENTS: Mapping[str, str | Promise] = {
    Moment.SOON: pgettext_lazy("we call you", "as soon as possible"),
    Moment.MORNING: pgettext_lazy("we call you", "in the morning"),
    Moment.AFTERNOON: pgettext_lazy("we call you", "in the afternoon"),
    Moment.END_OF_DAY: pgettext_lazy("we call you", "at the end of the day"),
}
_CHOICES: Mapping[str, str | Promise] = {
    Moment.SOON: gettext_lazy("As soon as possible"),
    Moment.MORNING: gettext_lazy("Morning"),
    Moment.AFTERNOON: gettext_lazy("Afternoon"),
    Moment.END_OF_DAY: gettext_lazy("End of the day"),
}


def words_of(kind: str, response: Response) -> Words:
    """Return name and meaning of one consent; for who may not recommend, those of their story."""
    may_not = response.recommendation == Recommendation.NOT_ALLOWED
    return _STORY_ONLY if may_not and kind == ConsentKind.STORY else CONSENTS[kind]


class _WishForm(forms.Form):
    """What both forms share: a field that nobody can see, and the language of the page."""

    # As in ``AnswerForm``: filled in by programs only.
    remark = forms.Field(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    seen = ""  # the signed time of the page that was posted, to be kept when it comes back

    @property
    def is_trapped(self) -> bool:
        """Whether the field that nobody can see is filled in."""
        return bool(self.data.get("remark", "").strip())

    def ask_once_more(self) -> None:
        """Take a form that was sent faster than anybody reads only at the second press."""
        self.add_error(None, _("Please check it once more, and press the button again."))

    def _helper(self, *fields: Any, action: str) -> FormHelper:
        spoken = HTML(f'<input type="hidden" name="language" value="{get_language()}">')
        trap = Question("remark", template="surveys/parts/trap.html")
        helper = FormHelper()
        helper.layout = Layout(*fields, spoken, trap)
        # Below the token: the same place from the thank-you page and from its own error page.
        helper.attrs = {"novalidate": True, "action": f"../{action}/"}
        helper.disable_csrf = True
        helper.include_media = False
        helper.form_error_title = _("Nothing has been stored yet")
        return helper


def _button(label: str, *, is_primary: bool) -> HTML:
    look = "btn pri" if is_primary else "btn"
    return HTML(
        f'<div class="send"><button class="{look}" type="submit">{escape(label)}</button></div>'
    )


class ConsentForm(_WishForm):
    """A tick for each of ``kinds``, none set."""

    kinds = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy(
                "You ticked nothing, so nothing was stored. You can simply close this page."
            ),
            "invalid_choice": gettext_lazy("Please tick what you allow, and send it again."),
        },
    )

    def __init__(
        self, data: Any = None, *, response: Response, kinds: tuple[ConsentKind, ...]
    ) -> None:
        super().__init__(data, auto_id="wish_%s")
        self._words = {kind: words_of(kind, response) for kind in kinds}
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (kind, format_html("<b>{}</b><br><span class='mute'>{}</span>", *words))
            for kind, words in self._words.items()
        ]
        if response.recommendation == Recommendation.NOT_ALLOWED:
            field.label = _("May we tell the story of this project?")
            field.help_text = _(
                "Your position does not allow you to recommend us, so we do not ask for that."
            )
        else:
            field.label = _("May we ask you something?")
            field.help_text = ""
        self.helper = self._helper(
            Field("kinds", template="surveys/parts/consents.html"),
            _button(_("Send"), is_primary=True),
            action="wishes",
        )

    def agreed(self) -> dict[str, str]:
        """Return the ticked kinds, each with the words that stood beside its tick."""
        return {
            kind: "{}: {}".format(*words)
            for kind, words in self._words.items()
            if kind in self.cleaned_data["kinds"]
        }


class CallForm(_WishForm):
    """When to call, and on which number.

    ``is_called_anyway``: a – is called in any case, so the moment is the question; others first
    tick that they want it. Without a number ``known`` of the contact they have to give one.
    """

    call_me = forms.BooleanField(
        label=gettext_lazy("Please call me"),
        error_messages={"required": gettext_lazy("Please tick first that you want to be called.")},
    )
    moment = forms.ChoiceField(
        choices=[*_CHOICES.items()],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose the moment that suits you best.")
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Anything we should know about the moment?"),
        help_text=gettext_lazy("Optional. For instance: not on Wednesdays."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("On which number?"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(
        self, data: Any = None, *, known: str, is_called_anyway: bool, is_change: bool = False
    ) -> None:
        super().__init__(data, auto_id="call_%s")
        self._known = known
        moment, phone = self.fields["moment"], self.fields["phone"]
        moment.label = _("When is it best to call you?")
        if known:
            phone.help_text = _(
                "Leave this empty for the number we have of you, which ends in %(digits)s."
            ) % {"digits": escape(last_digits(known))}
        else:
            phone.help_text = _("We have no number of you.")
        more = ["moment", "note", "phone"]
        if is_called_anyway or is_change:
            del self.fields["call_me"]
        else:
            moment.required = False  # the tick says it: as soon as possible, then
        button = _button(
            _("Change") if is_change else _("Send"), is_primary=is_called_anyway and not is_change
        )
        fields = [
            Question(name, template="clear/pills.html", columns="two") if name == "moment" else name
            for name in more
        ]
        if "call_me" in self.fields:
            fields = ["call_me", HTML('<div class="unfold">'), *fields, button, HTML("</div>")]
        else:
            fields.append(button)
        self.helper = self._helper(*fields, action="call")

    def said(self) -> dict[str, Any]:
        """Return when to call and on which number, as ``ask_for_call`` takes it."""
        return {name: self.cleaned_data[name] for name in ("moment", "note", "phone")}

    def clean_moment(self) -> str:
        """Without a choice: as soon as possible."""
        return str(self.cleaned_data["moment"] or Moment.SOON)

    def clean_note(self) -> str:
        """One line; too long is said, not cut off."""
        note = " ".join(str(self.cleaned_data["note"]).split())
        if len(note) > NOTE_MAX:
            raise forms.ValidationError(
                _("Your text has %(length)d characters, %(most)d fit. Please shorten it.")
                % {"length": len(note), "most": NOTE_MAX}
            )
        return note

    def clean_phone(self) -> str:
        """Return the number with its country code; empty for the one that is known."""
        text = str(self.cleaned_data["phone"]).strip()
        if not text and self._known:
            return ""
        if not text:
            raise forms.ValidationError(_("Please give the number that we can reach you on."))
        number = valid_number(text)
        if number is None:
            raise forms.ValidationError(
                _("We do not recognise this number. Outside the Netherlands it begins with +.")
            )
        return number


def valid_number(text: str) -> str | None:
    """Return a telephone number as ``+31612345678``, with its extension if any; else None."""
    try:
        number = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    styles = phonenumbers.PhoneNumberFormat
    style = styles.INTERNATIONAL if number.extension else styles.E164
    written = phonenumbers.format_number(number, style)
    return written if len(written) <= 40 else None


def last_digits(number: str) -> str:
    """Return the last two digits: enough for its owner, too little for whoever got the link."""
    return "".join(char for char in number if char.isdigit())[-2:]
