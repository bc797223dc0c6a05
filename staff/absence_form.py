"""Who is away, from when to when, and who stands in."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staff.absence import Absence
from staff.absences import people_managed_by
from staff.models import User


def _day(label: Any, error: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": error, "invalid": error},
    )


class AbsenceForm(forms.Form):
    """An absence. Whoever manages nobody else records their own."""

    user = forms.ModelChoiceField(label=_("Who is away"), queryset=User.objects.none())
    first_on = _day(_("First day"), _("Choose the first day."))
    last_on = _day(_("Last day"), _("Choose the last day."))
    stand_in = forms.ModelChoiceField(
        label=_("Stand-in"),
        queryset=User.objects.active(),
        help_text=_("Gets the new alerts, and sees and works the open ones."),
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose who stands in.")},
    )

    def __init__(self, *args: Any, actor: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.today = actor, today
        people = people_managed_by(actor)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, field.empty_label, field.initial = people, None, actor.pk
        if people.count() == 1:
            del self.fields["user"]

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be: backwards, over already, oneself, or a circle of two."""
        cleaned = super().clean() or {}
        cleaned.setdefault("user", self.actor)
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if first is None or last is None:
            return cleaned
        if last < first:
            self.add_error("last_on", _("The last day comes after the first, or is the same day."))
        elif last < self.today:
            self.add_error("last_on", _("This is over already."))
        elif (stand_in := cleaned.get("stand_in")) is not None:
            self._check_stand_in(cleaned["user"], stand_in, first, last)
        return cleaned

    def _check_stand_in(self, user: User, stand_in: User, first: date, last: date) -> None:
        if stand_in == user:
            self.add_error("stand_in", _("Nobody stands in for themselves."))
            return
        theirs = Absence.objects.filter(user=stand_in, stand_in=user)
        if theirs.overlapping(first, last).exists():
            circle = gettext("%(name)s is away then as well, and %(other)s stands in for them.")
            self.add_error("stand_in", circle % {"name": stand_in.name, "other": user.name})
