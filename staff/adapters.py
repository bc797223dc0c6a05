"""How django-allauth fits this firm: nobody signs up, and its mail leaves through the outbox."""

import hashlib
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from outbox.mail import sender, site_address
from outbox.models import Lane
from outbox.queueing import queue_message
from staff.models import User


def display_name(user: User) -> str:
    """The name allauth greets a user with."""
    return user.name or user.email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closed sign-up; password mail queued as a secret delivery (its link is blanked when sent)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to one's own account, where the message says that it is saved."""
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link in the mail; its host comes from SITE_URL, not from the request."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return site_address(path.replace("UID-KEY", quote(key)))

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as the template has it, without allauth's "[host]"."""
        return subject

    def get_from_email(self) -> str:
        """Return the sender of password mail: as of every mail of the firm."""
        return sender()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a mail, in its recipient's language where there is an account."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            message = self.render_mail(template_prefix, email, {"email": email, **context})
        moment = timezone.now()
        digest = hashlib.sha256(message.body.encode()).hexdigest()[:16]
        queue_message(
            message,
            dedupe_key=f"account:{template_prefix}:{moment:%Y%m%d%H%M%S}:{digest}",
            lane=Lane.ACCOUNT,
            recipient_name=user.name if isinstance(user, User) else "",
            recipient_address=email,
            is_secret=True,
        )
