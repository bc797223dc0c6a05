"""The mail providers that EMAIL_URL may name (``anymail://resend``), and what each can do.

``module`` is Anymail's. The windows are what the providers promise today for one idempotency key:
within it the same message again is one mail. Postmark keeps our Message-ID when told to; Mailgun
takes the frozen bytes as they are; the others get fields, and give a Message-ID of their own
unless they keep the header.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One provider. ``keys``: the settings without which it cannot work."""

    name: str
    module: str
    keys: tuple[str, ...]
    idempotent_for: timedelta | None = None

    @property
    def settings(self) -> str:
        """The names of its settings, as they stand in the environment."""
        return ", ".join(f"ANYMAIL_{key}" for key in self.keys)


PROVIDERS = {
    "brevo": Provider(
        name="Brevo",
        module="brevo",
        keys=("BREVO_API_KEY",),
        idempotent_for=timedelta(minutes=14),  # documented as 15 and as 30 minutes
    ),
    "mailersend": Provider(name="MailerSend", module="mailersend", keys=("MAILERSEND_API_TOKEN",)),
    "mailgun": Provider(
        name="Mailgun", module="mailgun", keys=("MAILGUN_API_KEY", "MAILGUN_SENDER_DOMAIN")
    ),
    "mailjet": Provider(
        name="Mailjet", module="mailjet", keys=("MAILJET_API_KEY", "MAILJET_SECRET_KEY")
    ),
    "mailtrap": Provider(name="Mailtrap", module="mailtrap", keys=("MAILTRAP_API_TOKEN",)),
    "postmark": Provider(name="Postmark", module="postmark", keys=("POSTMARK_SERVER_TOKEN",)),
    "resend": Provider(
        name="Resend",
        module="resend",
        keys=("RESEND_API_KEY",),
        idempotent_for=timedelta(hours=23),  # of 24
    ),
    "sendgrid": Provider(name="SendGrid", module="sendgrid", keys=("SENDGRID_API_KEY",)),
    "sparkpost": Provider(name="SparkPost", module="sparkpost", keys=("SPARKPOST_API_KEY",)),
}
