"""A frozen mail as fields again, for providers that take no MIME."""

from email.message import EmailMessage as ParsedMessage
from email.mime.image import MIMEImage

from django.core.mail import EmailMultiAlternatives

from outbox.models import Delivery

# What has a field of its own, or describes the MIME around the text.
_FIELDS = {
    "from", "to", "cc", "bcc", "reply-to", "subject", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


def thawed(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the mail of ``delivery`` with all that was frozen: texts, headers, pictures, files.

    Message-ID and Date stay among the headers: who keeps them shows a copy to be one.
    """
    frozen = delivery.parsed()
    message = EmailMultiAlternatives(
        subject=str(frozen["Subject"] or ""),
        body=_text(frozen, "plain"),
        from_email=str(frozen["From"]),
        to=[str(frozen["To"])],
        reply_to=[str(frozen["Reply-To"])] if frozen["Reply-To"] else None,
        headers={name: str(value) for name, value in frozen.items() if name.lower() not in _FIELDS},
    )
    if html := _text(frozen, "html"):
        message.attach_alternative(html, "text/html")
    for part in frozen.walk():
        data = part.get_payload(decode=True)
        if part.is_attachment() and isinstance(data, bytes):
            message.attach(part.get_filename(), data, part.get_content_type())
        elif part.get_content_maintype() == "image" and isinstance(data, bytes):
            image = MIMEImage(data, part.get_content_subtype())
            image["Content-ID"] = str(part["Content-ID"])
            image["Content-Disposition"] = str(part["Content-Disposition"])
            message.attach(image)
    return message


def _text(frozen: ParsedMessage, kind: str) -> str:
    for part in frozen.walk():
        if part.get_content_type() == f"text/{kind}" and not part.is_attachment():
            return str(part.get_content()).replace("\r\n", "\n")
    return ""
