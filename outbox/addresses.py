"""Where chat messages and SMS can go: one row an address, linked by whoever decides who gets what.

An Apprise address is a secret: whoever has it can write in the channel. It is stored, and handed
to Apprise at the moment of sending; no page, log line, delivery or error shows more than its end.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PREFIX = "chat:"
_SHOWN = 4  # characters of the end, enough to tell two addresses apart
_HIDDEN = "…"


class ChatAddress(models.Model):
    """A channel, group or telephone number at a service that Apprise knows."""

    name = models.CharField(_("name"), max_length=100)
    service = models.CharField(_("service"), max_length=50, editable=False)
    url = models.TextField(_("address"), editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("added at"), default=timezone.now)

    class Meta:
        verbose_name = _("chat address")
        verbose_name_plural = _("chat addresses")
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="chat_address_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """What a delivery to this address stores instead of it; also names its circuit."""
        return f"{PREFIX}{self.pk}"

    @property
    def masked(self) -> str:
        """The kind of address and its last characters: ``slack://…a1b2``."""
        schema, _separator, rest = self.url.partition("://")
        last = rest.partition("?")[0].rstrip("/").rpartition("/")[2]
        tail = last[-_SHOWN:] if len(last) > 2 * _SHOWN else ""
        return f"{schema}://{_HIDDEN}{tail}"


def chat_address(reference: str) -> ChatAddress | None:
    """Return the row that ``reference`` (``chat:12``) names; None when there is none any more."""
    number = reference.removeprefix(PREFIX)
    if not reference.startswith(PREFIX) or not number.isdecimal():
        return None
    return ChatAddress.objects.filter(pk=int(number)).first()
