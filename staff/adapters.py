"""How django-allauth fits this firm: nobody signs up, and its mail leaves through the outbox."""

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from outbox.actions import queue_message
from outbox.models import Lane
from staff.models import User


def display_name(user: User) -> str:
    """The name allauth greets a user with."""
    return user.name or user.email


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up; password mail queued as a secret delivery (its link is blanked when sent)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        moment = timezone.now()
        digest = hashlib.sha256(message.body.encode()).hexdigest()[:16]
        queue_message(
            message,
            dedupe_key=f"account:{template_prefix}:{moment:%Y%m%d%H%M%S}:{digest}",
            lane=Lane.ACCOUNT,
            recipient_name="",
            recipient_address=email,
            is_secret=True,
        )
