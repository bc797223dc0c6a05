"""What is written down about an ask."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ambassadors.programme.models import NOTE_MAX, REASON_MAX, Ask, AskAnswer, AskKind
from ambassadors.programme.rule import Obstacle, Situation

_FURTHEST = timedelta(days=366)  # further away is a slip of the finger


def _day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Write a day, such as 2026-11-24."),
        },
        **options,
    )


class AskForm(forms.Form):
    """What was asked, when, and why although the rule says to wait."""

    overruled = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What did you ask for?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you asked for.")},
    )
    asked_on = _day_field(_("When did you ask?"))
    note = forms.CharField(
        label=_("Note (optional)"),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    override_reason = forms.CharField(
        label=_("Why nevertheless?"),
        max_length=REASON_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, situation: Situation, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(one.value, one.label) for one in situation.kinds]
        self.fields["asked_on"].initial = self.today = today

    def show(self, found: list[Obstacle]) -> None:
        """Ask for a reason where ``found`` stands in the way, and for none where nothing does."""
        keys = ",".join(one.key for one in found if one.may_be_overruled)
        self.fields["overruled"].initial = keys
        if self.is_bound:
            self.data = {**dict(self.data.items()), "overruled": keys}
        if not keys:
            del self.fields["override_reason"]

    def refuse(self, found: list[Obstacle]) -> None:
        """Say what to do about ``found``: write a reason, or read first what came up."""
        known = set(self.cleaned_data["overruled"].split(","))
        if all(one.may_be_overruled and one.key in known for one in found):
            self.add_error("override_reason", _("Write why you asked nevertheless."))
        else:
            self.add_error(None, _("Not recorded. Read why, and decide."))
        self.show(found)

    def clean_asked_on(self) -> date:
        """It was asked today or before, and not in another life."""
        day: date = self.cleaned_data["asked_on"]
        if not self.today - _FURTHEST <= day <= self.today:
            raise ValidationError(gettext("Choose today, or a day in the past year."))
        return day

    def arguments(self) -> dict[str, Any]:
        """Return what the verb takes, once this is valid."""
        given = dict(self.cleaned_data)
        given["kind"] = AskKind(given["kind"])
        given["overruled"] = given["overruled"].split(",")
        return given


class AnswerForm(forms.Form):
    """What the ambassador answered."""

    answer = forms.ChoiceField(
        label=_("What was the answer?"),
        choices=[choice for choice in AskAnswer.choices if choice[0] != AskAnswer.OPEN],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the answer.")},
    )
    answered_on = _day_field(_("When was it given?"))
    again_on = _day_field(_("If later: when to ask again"), required=False)

    def __init__(self, *args: Any, ask: Ask, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask = ask
        self.fields["answered_on"].initial = self.today = today

    def clean_answered_on(self) -> date:
        """An answer comes after the question, and not tomorrow."""
        day: date = self.cleaned_data["answered_on"]
        if not self.ask.asked_on <= day <= self.today:
            raise ValidationError(gettext("Choose a day between the question and today."))
        return day

    def clean(self) -> dict[str, Any]:
        """With "later" goes a day ahead, with another answer none."""
        cleaned: dict[str, Any] = super().clean() or {}
        again_on = cleaned.get("again_on")
        if cleaned.get("answer") != AskAnswer.LATER:
            cleaned["again_on"] = None
        elif "again_on" not in self.errors and (
            again_on is None or not self.today < again_on <= self.today + _FURTHEST
        ):
            self.add_error("again_on", _("Choose a day ahead, at most a year away."))
        return cleaned


class CorrectionForm(AnswerForm):
    """What the ambassador answered after all, and why it was recorded otherwise."""

    reason = forms.CharField(
        label=_("Why do you correct it?"),
        help_text=_("Stays on the record: it cannot be changed later."),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why you correct it.")},
    )
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ask: Ask, today: date, **kwargs: Any) -> None:
        super().__init__(*args, ask=ask, today=today, **kwargs)
        answer = self.fields["answer"]
        assert isinstance(answer, forms.ChoiceField)
        answer.initial = ask.answer
        self.fields["answered_on"].initial = ask.answered_on
        self.fields["was"].initial = ask.answer

    def clean(self) -> dict[str, Any]:
        """The answer that was on the page must still be the one that is corrected."""
        cleaned = super().clean()
        was = cleaned.pop("was", "")
        if was and was != self.ask.answer:
            said = {"answer": self.ask.get_answer_display()}
            self.add_error(None, gettext("A colleague corrected it meanwhile: %(answer)s.") % said)
        return cleaned
