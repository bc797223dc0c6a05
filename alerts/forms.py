"""What is written down about an alert.

Each form that changes an alert carries its version: the fence between two colleagues at once.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.causes import Causes
from alerts.models import NEXT_STEP_MAX, REASON_MAX, Alert, ContactKind, Outcome
from alerts.timing import firm_calendar
from staff.models import User
from surveys.models import FOLLOW_UP_MAX
from surveys.plain_text import PlainTextField
from surveys.texts import follow_up_sentence

NOTE_MAX = 4000
_FURTHEST = timedelta(days=366)  # later than this is a slip of the finger, or forgetting


class NoteForm(forms.Form):
    """Something worth remembering about this alert."""

    note = forms.CharField(
        label=_("Note"),
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write down what is worth remembering.")},
    )


class VersionedForm(forms.Form):
    """A change of one row, made on the page that showed this version of it.

    A form without version is from a page of before there were any: it asks for no fence, and what
    can no longer be done is refused all the same.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    texts: tuple[str, ...] = ()  # the fields in which somebody writes
    id_prefix = "alert"

    def __init__(self, *args: Any, current: int, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.id_prefix}_%s")  # the forms beside it have their own
        super().__init__(*args, **kwargs)
        self._current = current
        self.fields["version"].initial = current

    @property
    def seen(self) -> int | None:
        """The version on the page that this form was on; -1 for what is none."""
        typed = self.data.get("version", "")
        if not typed:
            return None
        return int(typed) if typed.isascii() and typed.isdigit() else -1

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed the row after this page was opened."""
        return self.seen is not None and self.seen != self._current

    def typed(self) -> str:
        """Return every word that was written, to hand it back."""
        said = (str(self.data.get(name, "")).strip() for name in self.texts)
        return "\n\n".join(filter(None, said))

    def arguments(self) -> dict[str, Any]:
        """Return what the verb takes, once it is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class FencedForm(VersionedForm):
    """A change of one alert."""

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, current=alert.version, **kwargs)
        self.alert = alert


class AcknowledgeForm(FencedForm):
    """To take an alert up takes no words."""


class ContactForm(FencedForm):
    """A contact, or a try, and what comes next."""

    id_prefix = "contact"
    texts = ("note", "next_step")

    how = forms.ChoiceField(
        label=_("What happened?"),
        choices=ContactKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened.")},
    )
    note = forms.CharField(
        label=_("What was said (optional)"),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_step = forms.CharField(
        label=_("Next step (optional)"), max_length=NEXT_STEP_MAX, required=False
    )
    next_step_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Write a day and a time, such as 2026-11-24 10:00.")},
    )
    is_waiting = forms.BooleanField(label=_("It is the client's turn now"), required=False)

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, alert=alert, **kwargs)
        self.fields["next_step_at"].initial = _next_working_morning()

    def clean_next_step_at(self) -> datetime | None:
        """A next step lies ahead, and not in another life."""
        at: datetime | None = self.cleaned_data["next_step_at"]
        if at is not None:
            refuse_far(at.date(), is_past=at <= timezone.now())
        return at

    def clean(self) -> dict[str, Any]:
        """What is to be done needs a moment, or nobody is reminded of it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("next_step") and not self.data.get("next_step_at"):
            self.add_error("next_step_at", _("Choose when, so that it comes back in time."))
        return cleaned


class SnoozeForm(FencedForm):
    """Until which day an alert is put off, and why: the supervisor reads it."""

    id_prefix = "snooze"
    texts = ("reason",)

    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Write a day, such as 2026-11-24."),
        },
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Your supervisor sees this."),
        max_length=REASON_MAX,
        error_messages={"required": _("Write why it can wait.")},
    )

    def clean_until(self) -> date:
        """It wakes on a day ahead."""
        until: date = self.cleaned_data["until"]
        refuse_far(until, is_past=until <= timezone.localdate())
        return until

    def arguments(self) -> dict[str, Any]:
        """It wakes when that day begins at the office."""
        given = super().arguments()
        return {**given, "until": firm_calendar().opens_at(given["until"])}


class ReassignForm(FencedForm):
    """Who owns the alert from now on, with a word to them."""

    id_prefix = "reassign"
    texts = ("comment",)

    owner = forms.ModelChoiceField(
        label=_("To"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose a colleague.")},
    )
    comment = forms.CharField(
        label=_("What should your colleague know?"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why, so that your colleague can go on.")},
    )

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, alert=alert, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.active().exclude(pk=alert.owner_id).order_by("name", "pk")


class ReopenForm(FencedForm):
    """Why a closed alert is not done."""

    id_prefix = "reopen"
    texts = ("reason",)

    reason = forms.CharField(
        label=_("Why is it not done?"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why you reopen it.")},
    )


def _next_working_morning() -> datetime:
    days = firm_calendar()
    opens = days.opens_at(days.next_business_day(timezone.localdate()))
    return timezone.localtime(opens)


def refuse_far(when: date, *, is_past: bool) -> None:
    """Raise ValidationError for a day that is over, or a year away."""
    if is_past:
        raise ValidationError(gettext("Choose a moment that lies ahead."))
    if when > timezone.localdate() + _FURTHEST:
        raise ValidationError(gettext("That is more than a year away. Choose an earlier day."))


def _follow_up_field() -> PlainTextField:
    return PlainTextField(
        label=_("What may we tell the client about it? (optional)"),
        max_length=FOLLOW_UP_MAX,
        required=False,
    )


def _how_it_is_told(alert: Alert) -> str:
    """Say when the client reads it, in which language, and in which sentence."""
    response = alert.response
    with translation.override(response.contact.spoken_language):
        sentence = follow_up_sentence(project=response.project.name, text="…")
    return gettext(
        "%(name)s reads it once, in the next invitation, in %(language)s: “%(sentence)s”"
    ) % {
        "name": response.contact.name,
        "language": response.contact.spoken_language_label,
        "sentence": sentence,
    }


class FollowUpForm(forms.Form):
    """What the client may be told about their answer; empty is nothing."""

    follow_up = _follow_up_field()

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "told_%s")
        super().__init__(*args, **kwargs)
        self.fields["follow_up"].help_text = _how_it_is_told(alert)


class CloseForm(FencedForm):
    """What came of an alert; for a – also what it was caused by (PRODUCT, 7)."""

    id_prefix = "close"
    texts = ("structural_fix", "note", "follow_up")

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    root_cause = forms.ChoiceField(
        label=_("Root cause"),
        error_messages={"required": _("Choose what caused it, so that we can prevent it.")},
    )
    needs_fix = forms.BooleanField(label=_("Needs a structural fix"), required=False)
    structural_fix = forms.CharField(
        label=_("What has to change, in one line"), max_length=REASON_MAX, required=False
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follow_up = _follow_up_field()

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, alert=alert, **kwargs)
        outcome, cause = self.fields["outcome"], self.fields["root_cause"]
        assert isinstance(outcome, forms.ChoiceField)
        assert isinstance(cause, forms.ChoiceField)
        outcome.choices = [(value, Outcome(value).label) for value in alert.outcomes]
        self.fields["follow_up"].help_text = _how_it_is_told(alert)
        if alert.is_negative:
            cause.choices = [("", _("Choose a cause")), *Causes().choices()]
        else:
            for name in ("root_cause", "needs_fix", "structural_fix"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """A structural fix and its line go together; a line alone says enough."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.pop("needs_fix", False) and not cleaned.get("structural_fix"):
            self.add_error("structural_fix", _("Write in one line what has to change."))
        return cleaned
