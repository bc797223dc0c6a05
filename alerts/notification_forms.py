"""What a person chooses of how they are told, and what the firm leaves to them."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from alerts.digest_models import DigestKind, DigestTime
from alerts.preferences import (
    CHOSEN,
    DEFAULT_FREEDOMS,
    FOR_SUPERVISORS,
    MAILED_ANYWAY,
    WAYS,
    WITH_CHAT,
    Freedom,
    News,
    Way,
    within,
)
from outbox.addresses import ChatAddress
from outbox.services import SERVICES, NotAnAddress, opened

EARLIEST, LATEST = 6, 20  # hours at which a digest may leave: nobody reads it at night
_OFF = "off"
_FIXED = {
    Freedom.MAIL: _("Your firm decided: always by e-mail at once."),
    Freedom.AT_ONCE: _("Your firm decided: always at once, not in the digest."),
}


# What can be left of news that no chat tells.
_LEFT = [
    (Freedom.MAIL, _("Always by e-mail at once")),
    (Freedom.OWN_CHOICE, Freedom.OWN_CHOICE.label),
]


def _hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(EARLIEST, LATEST + 1)]


def _hour_field(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_hours, coerce=int)


class PreferencesForm(forms.Form):
    """A way for each kind of news, and when the digests leave.

    ``chosen`` holds what this person stored, ``freedoms`` what the firm leaves to them. Ways that
    are not free are not offered; why stands beside them.
    """

    chat_url = forms.CharField(
        label=_("Your own chat address"),
        help_text=_(
            "Slack, Microsoft Teams, SMS or another service: the web address that the service "
            "shows, or an address of Apprise. After saving it is not shown again."
        ),
        max_length=2000,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    unlink_chat = forms.BooleanField(label=_("Remove this address"), required=False)
    daily_hour = _hour_field(_("Hour of the daily digest"))
    weekly_day = forms.ChoiceField(label=_("Weekly digest of your team"))
    weekly_hour = _hour_field(_("Hour of the weekly digest"))

    def __init__(
        self,
        *args: Any,
        chosen: dict[str, str],
        freedoms: dict[str, str],
        times: dict[str, DigestTime],
        chat: ChatAddress | None,
        may_add_chat: bool,
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
        if chat is not None or not may_add_chat:
            del self.fields["chat_url"]
        if chat is None:
            del self.fields["unlink_chat"]
        self.chat_service = ""
        has_chat = chat is not None and chat.is_active
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
        if news in MAILED_ANYWAY:
            ways = [one for one in ways if one not in WITH_CHAT]
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
        return [self[name] for name in self.fields if name.startswith(("daily", "weekly"))]

    @property
    def chat(self) -> list[forms.BoundField]:
        """The fields about an own chat address: none where nobody may add one."""
        return [self[name] for name in ("chat_url", "unlink_chat") if name in self.fields]

    def clean_chat_url(self) -> str:
        """Refuse what is no address of a service that we know; the text does not repeat it."""
        url: str = self.cleaned_data["chat_url"].strip()
        if not url:
            return ""
        try:
            found = opened(url, private_hosts=settings.PRIVATE_HOSTS).service
        except NotAnAddress as error:
            raise forms.ValidationError(str(error)) from error
        self.chat_service = next(key for key, one in SERVICES.items() if one is found)
        return url

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
    """What the firm leaves to each person: for each kind of news, and whether by own chat."""

    own_chat = forms.BooleanField(
        label=_("People may add a chat address of their own"), required=False
    )

    def __init__(self, *args: Any, freedoms: dict[str, str], own_chat: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_chat"].initial = own_chat
        for news in CHOSEN:
            standard = DEFAULT_FREEDOMS[news]
            self.fields[news] = forms.ChoiceField(
                label=news.label,
                choices=_LEFT if news in MAILED_ANYWAY else Freedom.choices,
                initial=freedoms[news],
                widget=forms.RadioSelect,
                help_text=_("Our advice: always by e-mail at once.")
                if standard is Freedom.MAIL
                else "",
            )

    @property
    def choices(self) -> list[forms.BoundField]:
        """The fields that are a kind of news, in their order."""
        return [self[news] for news in CHOSEN]
