"""What an administrator writes: subject and opening of one mail in one language."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from surveys import texts
from surveys.models import BODY_MAX, SUBJECT_MAX

MEANINGS = {
    "contact": _("the name of whoever gets the mail"),
    "client": _("the organisation that contact works for"),
    "project": _("the name of the project"),
    "day": _("the day the project was closed, such as 13 November"),
    "account_manager": _("the account manager, who signs the mail"),
    "firm": _("the name of your firm"),
    "asked_on": _("the day the invitation was mailed"),
    texts.OTHER_PROJECTS: _(
        "a whole sentence that names the other projects; nothing when there are none. Where you "
        "leave it out, it follows your text"
    ),
}


def in_braces(names: tuple[str, ...]) -> str:
    """Return placeholders as they are typed: ``{project}, {day}``."""
    return ", ".join(f"{{{name}}}" for name in names)


class TextForm(forms.Form):
    """Subject and opening. ``several`` only changes the example."""

    subject = forms.CharField(
        label=_("Subject"),
        max_length=SUBJECT_MAX,
        error_messages={"required": _("Give the mail a subject.")},
    )
    body = forms.CharField(
        label=_("Text before the first question"),
        help_text=_("Plain text. An empty line begins a new paragraph."),
        max_length=BODY_MAX,
        error_messages={"required": _("Write what stands before the first question.")},
        widget=forms.Textarea(attrs={"rows": 9}),
    )
    several = forms.BooleanField(label=_("Example about several projects"), required=False)

    def __init__(self, *args: Any, kind: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kind = kind
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["lang"] = language

    @property
    def wording(self) -> texts.Wording:
        """What was typed, once it is valid."""
        data = self.cleaned_data
        return texts.Wording(subject=data["subject"], body=data["body"])

    def clean_subject(self) -> str:
        """A subject is one line, with placeholders that can be filled in."""
        subject: str = self.cleaned_data["subject"]
        if len(subject.splitlines()) > 1:
            raise ValidationError(_("Write the subject on one line."))
        _refuse_unknown(subject, texts.names_for(self._kind, in_subject=True))
        return subject

    def clean_body(self) -> str:
        """The text has placeholders that can be filled in, and one kind of line end."""
        body = "\n".join(line.rstrip() for line in self.cleaned_data["body"].splitlines())
        _refuse_unknown(body, texts.names_for(self._kind))
        return body


def _refuse_unknown(text: str, known: tuple[str, ...]) -> None:
    """Raise ValidationError for a placeholder that nobody can fill in, naming those that can."""
    names = {"known": in_braces(known)}
    if unknown := texts.unknown_in(text, known):
        message = _("Not known here: %(unknown)s. You can use: %(known)s.")
        raise ValidationError(message, params={"unknown": ", ".join(unknown), **names})
    if texts.is_broken(text):
        message = _("A brace stands alone. Write a placeholder whole. You can use: %(known)s.")
        raise ValidationError(message, params=names)
