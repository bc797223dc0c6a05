"""The form on the client's page."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout, Submit
from django import forms
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from surveys.actions import Answers
from surveys.models import MOTIVATION_MAX, Interest, Recommendation, Satisfaction
from surveys.questions import NAMES, STANDARD, Questions, standard_text
from surveys.segmentation import SCORES, recommendation_of

Offer = tuple[tuple[int, str], ...]  # primary key and label of each service that is offered


class WordsField(forms.CharField):
    """Text kept word for word; only line ends become one character, as they were typed.

    Nothing but white space is no text.
    """

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")
        return text if text.strip() else ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave ``maxlength`` out: browsers cut pasted text off at it without a word."""
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class ServicesField(forms.TypedMultipleChoiceField):
    """Primary keys of services. What is not offered, or not any more, is dropped in silence.

    The client cannot mend that, and an error about it would cost the whole answer.
    """

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if self.valid_value(one)]


class Question(Field):  # type: ignore[misc]  # crispy-forms has no types
    """One question in the layout: a field in a template of the pack, with its number."""

    def __init__(
        self,
        name: str,
        *,
        template: str,
        number: int = 0,
        columns: str = "",
        is_own: bool = False,
    ) -> None:
        super().__init__(name, template=template)
        self.context = {"number": number, "columns": columns, "is_own": is_own}

    def render(self, form: Any, context: Any, **kwargs: Any) -> Any:
        """Render as any field, with the number and the columns of its choices."""
        return super().render(form, context, extra_context=dict(self.context), **kwargs)


def _choice(label: Any, choices: Any, error: Any) -> forms.ChoiceField:
    """Return a required question with radio buttons; one sentence says what to do."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": error, "invalid_choice": error},
    )


_NOT_ALLOWED = (Recommendation.NOT_ALLOWED.value, Recommendation.NOT_ALLOWED.label)
_SCORES = [*((str(score), str(score)) for score in SCORES), _NOT_ALLOWED]
_SCORE_MISSING = _("Question 3: choose a number from 0 to 10, or that your position forbids it.")


class AnswerForm(forms.Form):
    """The four questions (PRODUCT). ``services`` are those the firm offers now."""

    satisfaction = _choice(
        standard_text("satisfaction"),
        Satisfaction.choices,
        _("Question 1: choose how satisfied you are."),
    )
    motivation = WordsField(
        label=standard_text("motivation"),
        help_text=_("Optional. A few words are enough."),
        required=False,
        strip=False,
        max_length=MOTIVATION_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "class": "inp"}),
        error_messages={
            "max_length": _(
                "Question 2: your text has %(show_value)d characters, %(limit_value)d fit. "
                "Please shorten it."
            )
        },
    )
    recommendation = _choice(
        standard_text("recommendation"),
        Recommendation.choices,
        _("Question 3: choose whether you would recommend us."),
    )
    interest = _choice(
        standard_text("interest"),
        Interest.choices,
        _("Question 4: choose whether you are interested."),
    )
    services = ServicesField(
        label=_("Which services?"),
        help_text=_("Optional"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    # Filled in by programs only. No rules: what stands in it must never cost an answer. Its name
    # and kind are none that a browser fills in by itself.
    remark = forms.Field(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        services: Offer,
        questions: Questions = STANDARD,
        is_again: bool = False,
        **kwargs: Any,
    ) -> None:
        """``is_again``: the same answers are to be sent a second time, and the button says so."""
        super().__init__(data, **kwargs)
        if questions.is_zero_to_ten:
            self.fields["recommendation"] = _choice("", _SCORES, _SCORE_MISSING)
        for name in NAMES:
            self.fields[name].label = questions.text(name)
        field = self.fields["services"]
        assert isinstance(field, ServicesField)
        field.choices = services
        self.helper = _helper(questions, with_services=bool(services), is_again=is_again)

    @property
    def is_trapped(self) -> bool:
        """Whether the field that nobody can see is filled in."""
        return bool(str(self.cleaned_data.get("remark") or "").strip())

    def answers(self) -> Answers:
        """Return the cleaned answers. Services count only with interest: they are hidden else."""
        cleaned = self.cleaned_data
        is_interested = cleaned["interest"] == Interest.YES
        chosen = cleaned["recommendation"]
        score = int(chosen) if chosen.isdigit() else None  # else one of the words
        return Answers(
            satisfaction=cleaned["satisfaction"],
            motivation=cleaned["motivation"],
            recommendation=chosen if score is None else recommendation_of(score),
            score=score,
            interest=cleaned["interest"],
            services=tuple(cleaned["services"]) if is_interested else (),
        )


def _helper(questions: Questions, *, with_services: bool, is_again: bool) -> FormHelper:
    """Lay the questions out in the order of PRODUCT."""
    layout = [
        Question("satisfaction", template="clear/radio_cards.html", number=1),
        Question(
            "motivation",
            template="surveys/parts/motivation.html",
            number=2,
            is_own=bool(questions.motivation),
        ),
        Question("recommendation", template="clear/scale.html", number=3)
        if questions.is_zero_to_ten
        else Question("recommendation", template="clear/pills.html", number=3, columns="four"),
        Question("interest", template="clear/pills.html", number=4, columns="two"),
    ]
    if with_services:
        layout.append(Question("services", template="clear/checkbox_pills.html"))
    # The language of this page, for the next one: errors and the thank-you.
    layout.append(_hidden("language", get_language() or ""))
    if questions.key:
        layout.append(_hidden("questionnaire", questions.key))
    layout.append(Question("remark", template="surveys/parts/trap.html"))
    helper = FormHelper()
    helper.layout = Layout(*layout)
    helper.add_input(Submit("", _("Send again") if is_again else _("Send my answers")))
    helper.attrs = {"novalidate": True}  # the browser's own bubbles speak the browser's language
    helper.disable_csrf = True
    helper.include_media = False
    helper.form_error_title = _("Your answers have not been sent yet")
    return helper


def _hidden(name: str, value: str) -> HTML:
    """Return a value that travels with the form: a code of ours, never a client's text."""
    return HTML(format_html('<input type="hidden" name="{}" value="{}">', name, value))
