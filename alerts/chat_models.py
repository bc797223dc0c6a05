"""Who hears of alerts by chat: a person at an address of their own, a division in its channels."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.addresses import ChatAddress
from outbox.models import Delivery
from staff.models import Division, User
from surveys.models import Group


class OwnChatRule(models.Model):
    """Whether people may add a chat address of their own: one row, or none, which is yes."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    is_allowed = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="own_chat_rule_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.is_allowed)


class PersonChat(models.Model):
    """The chat address that one person added for themselves."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="own_chat")
    address = models.OneToOneField(ChatAddress, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("own chat address")
        verbose_name_plural = _("own chat addresses")

    def __str__(self) -> str:
        return f"{self.address} of {self.user_id}"


class Hears(models.TextChoices):
    """Which alerts a division's channel hears of."""

    BOTH = "both", _("+ and –")
    MINUS = "minus", _("– only")
    PLUS = "plus", _("+ only")


HEARING: dict[str, tuple[Hears, ...]] = {
    Group.NEGATIVE: (Hears.BOTH, Hears.MINUS),
    Group.POSITIVE: (Hears.BOTH, Hears.PLUS),
}


class DivisionChat(models.Model):
    """A channel that hears of the alerts of one division, in the firm's language."""

    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.CASCADE, related_name="chats"
    )
    address = models.ForeignKey(
        ChatAddress, verbose_name=_("chat address"), on_delete=models.CASCADE, related_name="+"
    )
    hears = models.CharField(
        _("hears of"), max_length=10, choices=Hears.choices, default=Hears.BOTH
    )

    class Meta:
        verbose_name = _("chat of a division")
        verbose_name_plural = _("chats of divisions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["division", "address"], name="division_chat_once"),
            models.CheckConstraint(
                condition=models.Q(hears__in=Hears.values), name="division_chat_hears_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division}: {self.address}"


class ChatNotice(models.Model):
    """That one alert went to one chat address.

    ``recipient``: whose own address it is, or, with ``is_second``, whose mail was not handed over
    in time. ``division``: whose channel it is.
    """

    alert = models.ForeignKey("alerts.Alert", on_delete=models.PROTECT, related_name="chat_notices")
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    division = models.ForeignKey(
        Division, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    is_second = models.BooleanField(_("because the mail was late"), default=False)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("chat about an alert")
        verbose_name_plural = _("chats about alerts")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_second=False) | models.Q(recipient__isnull=False),
                name="chat_notice_second_has_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"chat about alert {self.alert_id}"
