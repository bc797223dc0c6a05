"""What a page or a file of the dashboard was asked for: by whom, about what, as of when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from ambassadors.dashboard.forms import FilterForm, asked_for
from ambassadors.dashboard.narrowing import Narrowing
from ambassadors.rollup.reading import Figures, Tail
from ambassadors.rollup.scope import Scope
from outbox.searching import words_of
from staff.models import User
from staff.roles import signed_in

_NOT_SAID = {"compare"}  # a list is of one period


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for a list. ``figures`` are of the page's selection, as they are now."""

    user: User
    query: QueryDict
    form: FilterForm
    figures: Figures

    @property
    def scope(self) -> Scope:
        """The part of the firm and of time."""
        return self.figures.scope

    @property
    def tail(self) -> Tail:
        """What changed since the figures were brought up to date."""
        return self.figures.tail

    @property
    def now(self) -> datetime:
        """The moment it is about."""
        return self.figures.now

    @property
    def words(self) -> list[str]:
        """The words to search for, folded."""
        return words_of(self.query.get("q", ""))

    @property
    def narrowing(self) -> Narrowing:
        """What narrows the names down."""
        return Narrowing.of(self.query)


def asked_of(request: HttpRequest, *, now: datetime | None = None) -> Asked:
    """Return what ``request`` asks for; its tail is read, the figures not yet."""
    now = now or timezone.now()
    form, scope = asked_for(request, now=now)
    figures = Figures(scope, now=now)
    return Asked(user=signed_in(request), query=request.GET, form=form, figures=figures)


def in_words(form: FilterForm) -> Iterator[tuple[str, str]]:
    """Yield the name and the choice of every field of the filter that is filled in and right."""
    form.is_valid()  # what is wrong does not filter, and is not said
    if form.has_wrong_period:
        yield _("Period"), _("the last 12 months")
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value not in (None, "") and name not in _NOT_SAID:
            yield str(field.label or name), _choice_in_words(field, value)


def _choice_in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ModelChoiceField):
        return str(value)
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _flat(field.choices)}
        return labels.get(str(value), str(value))
    return str(value)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield key, label
