"""Compose a mail from ``templates/mail/<name>/{subject.txt,body.txt,body.html}``."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import punycode

from staff.branding import Look, current_brand

LOGO = "logo"  # what the HTML of a mail calls the firm's logo: src="cid:logo"


@dataclass(frozen=True, kw_only=True)
class InlineImage:
    """A picture that travels inside the mail; the HTML names it as ``cid:<name>``."""

    name: str
    data: bytes
    subtype: str = "png"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that travels with a mail."""

    name: str
    data: bytes
    kind: str  # as in MIME: "application/pdf"


MAX_ATTACHED = 5 * 1024 * 1024  # bytes in one mail; many servers take no more than 10 MB as MIME


class Mail(EmailMultiAlternatives):
    """A text, the same as HTML, and the pictures that the HTML shows.

    The other apps call it this; they do not import django.core.mail.
    """

    images: Sequence[InlineImage] = ()

    def message(self) -> Message:  # type: ignore[override]  # as Django's own returns
        """Return the mail as MIME: HTML and pictures together as multipart/related (RFC 2387)."""
        message: Message = super().message()
        if self.images:
            _join(message, self.images)
        return message


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an address."""

    name: str
    address: str


def site_address(path: str) -> str:
    """Return the absolute address of ``path``; the host comes from SITE_URL only."""
    return f"{settings.SITE_URL}{path}"


def compose(
    name: str,
    context: dict[str, Any],
    *,
    to: Person,
    language: str,
    sender_name: str = "",
    reply_to: Person | None = None,
    headers: dict[str, str] | None = None,
    attachments: Sequence[Attachment] = (),
) -> Mail:
    """Render the mail ``name`` in ``language`` (a code of LANGUAGES) for one recipient.

    Subject and text come from the engine without autoescape, the HTML from the one with it.
    ``sender_name`` replaces the name, never the address, of DEFAULT_FROM_EMAIL. The firm's logo
    goes along when the HTML shows it. Raises ValueError for more ``attachments`` than MAX_ATTACHED.
    """
    folder, brand = f"mail/{name}", current_brand()
    context = {
        "brand": brand,
        "firm_name": brand.name,
        "site_url": settings.SITE_URL,
        "language": language,
        **context,
    }
    with translation.override(language):
        subject = render_to_string(f"{folder}/subject.txt", context, using="text")
        text = render_to_string(f"{folder}/body.txt", context, using="text")
        html = render_to_string(f"{folder}/body.html", context, using="html")
    message = Mail(
        subject=one_line(subject),
        body=text.strip() + "\n",
        from_email=sender(sender_name),
        to=[_address(to.name, to.address)],
        reply_to=[_address(reply_to.name, reply_to.address)] if reply_to else None,
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    message.attach_alternative(html, "text/html")
    message.images = _pictures(html, brand)
    return _with_files(message, attachments)


def _with_files(message: Mail, attachments: Sequence[Attachment]) -> Mail:
    size = sum(len(one.data) for one in attachments)
    if size > MAX_ATTACHED:
        raise ValueError(f"{size} bytes are too many to mail.")
    for one in attachments:
        message.attach(one_line(one.name), one.data, one.kind)
    return message


def _pictures(html: str, brand: Look) -> list[InlineImage]:
    """Return the pictures that ``html`` shows."""
    if brand.mail_logo and f'"cid:{LOGO}"' in html:
        return [InlineImage(name=LOGO, data=brand.mail_logo.data)]
    return []


def _join(message: Message, images: Sequence[InlineImage]) -> None:
    """Put the HTML part of ``message`` and ``images`` into one part, the HTML first."""
    written = next(
        part for part in message.walk() if part.get_content_type() == "multipart/alternative"
    )  # all of the mail, or what stands before its attachments
    alternatives = written.get_payload()
    assert isinstance(alternatives, list)  # text and HTML
    at, html = next(
        (at, part)
        for at, part in enumerate(alternatives)
        if isinstance(part, Message) and part.get_content_type() == "text/html"
    )
    related = SafeMIMEMultipart(_subtype="related", encoding=settings.DEFAULT_CHARSET)
    related.set_param("type", "text/html")
    related.attach(html)
    for image in images:
        part = MIMEImage(image.data, image.subtype)
        part["Content-ID"] = f"<{image.name}>"
        part["Content-Disposition"] = f'inline; filename="{image.name}.{image.subtype}"'
        related.attach(part)
    alternatives[at] = related


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space as one space: fit for a header."""
    return " ".join(text.split())


def sender(name: str = "") -> str:
    """Return the From of a mail: ``name``, else the firm's, before the installation's address."""
    own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if own_name == settings.FIRM_NAME:  # as it is by default: then it follows the brand
        own_name = current_brand().name
    return _address(one_line(name) or own_name, address)


def ascii_address(address: str) -> str:
    """Return ``address`` as it travels: a domain such as súdwest.example becomes ``xn--…``."""
    local_part, _at, domain = address.rpartition("@")
    return f"{local_part}@{punycode(domain)}"


def _address(name: str, address: str) -> str:
    name = one_line(name)
    if not name.isascii():
        name = Header(name, "utf-8").encode(linesep="")  # encoded words of at most 75 characters
    return formataddr((name, ascii_address(address)))
