"""What a person chooses of how they are told, and what the firm leaves to them."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from alerts.digest_models import DigestKind, DigestTime
from alerts.preferences import (
    CHOSEN,
    DEFAULT_FREEDOMS,
    FOR_SUPERVISORS,
    WAYS,
    WITH_CHAT,
    Freedom,
    News,
    Way,
    within,
)

EARLIEST, LATEST = 6, 20  # hours at which a digest may leave: nobody reads it at night
_OFF = "off"
_FIXED = {
    Freedom.MAIL: _("Your firm decided: always by e-mail at once."),
    Freedom.AT_ONCE: _("Your firm decided: always at once, not in the digest."),
}


def _hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(EARLIEST, LATEST + 1)]


def _hour_field(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_hours, coerce=int)


class PreferencesForm(forms.Form):
    """A way for each kind of news, and when the digests leave.

    ``chosen`` holds what this person stored, ``freedoms`` what the firm leaves to them. Ways that
    are not free are not offered; why stands beside them.
    """

    daily_hour = _hour_field(_("Hour of the daily digest"))
    weekly_day = forms.ChoiceField(label=_("Weekly digest of your team"))
    weekly_hour = _hour_field(_("Hour of the weekly digest"))

    def __init__(
        self,
        *args: Any,
        chosen: dict[str, str],
        freedoms: dict[str, str],
        times: dict[str, DigestTime],
        has_chat: bool,
        **kwargs: Any,
    ) -> None:
        daily, weekly = times[DigestKind.DAILY], times.get(DigestKind.WEEKLY)
        kwargs["initial"] = {"daily_hour": daily.hour}
        if weekly is not None:
            kwargs["initial"] |= {
                "weekly_day": str(weekly.weekday) if weekly.is_on else _OFF,
                "weekly_hour": weekly.hour,
            }
        super().__init__(*args, **kwargs)
        self.is_supervisor = weekly is not None
        self._name_days()
        for news in CHOSEN:
            if self.is_supervisor or news not in FOR_SUPERVISORS:
                self._add(news, chosen.get(news, Way.MAIL), freedoms[news], has_chat=has_chat)

    def _name_days(self) -> None:
        if not self.is_supervisor:
            del self.fields["weekly_day"], self.fields["weekly_hour"]
            return
        days = self.fields["weekly_day"]
        assert isinstance(days, forms.ChoiceField)
        days.choices = [
            *((str(number), str(WEEKDAYS[number]).capitalize()) for number in range(5)),
            (_OFF, _("No weekly digest")),
        ]

    def _add(self, news: News, way: str, freedom: str, *, has_chat: bool) -> None:
        ways = [one for one in WAYS[freedom] if has_chat or one not in WITH_CHAT]
        current = within(way, freedom)
        self.fields[news] = forms.ChoiceField(
            label=news.label,
            help_text=_FIXED.get(Freedom(freedom), ""),
            choices=[(one, one.label) for one in ways],
            initial=current if current in ways else Way.MAIL,
            widget=forms.RadioSelect,
        )

    @property
    def choices(self) -> list[forms.BoundField]:
        """The fields that are a kind of news, in their order."""
        return [self[news] for news in CHOSEN if news in self.fields]

    @property
    def hours(self) -> list[forms.BoundField]:
        """The fields that say when digests leave."""
        return [self[name] for name in self.fields if name not in CHOSEN]

    @property
    def ways(self) -> dict[str, str]:
        """The way of each kind of news, once the form is valid."""
        return {news: self.cleaned_data[news] for news in CHOSEN if news in self.cleaned_data}

    @property
    def weekday(self) -> int | None:
        """The day of the weekly digest, once the form is valid; None: no such digest."""
        day: str = self.cleaned_data.get("weekly_day", _OFF)
        return None if day == _OFF else int(day)


class RulesForm(forms.Form):
    """What the firm leaves to each person, for each kind of news."""

    def __init__(self, *args: Any, freedoms: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for news in CHOSEN:
            standard = DEFAULT_FREEDOMS[news]
            self.fields[news] = forms.ChoiceField(
                label=news.label,
                choices=Freedom.choices,
                initial=freedoms[news],
                widget=forms.RadioSelect,
                help_text=_("Our advice: always by e-mail at once.")
                if standard is Freedom.MAIL
                else "",
            )
