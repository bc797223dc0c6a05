"""Compose a mail from ``templates/mail/<name>/{subject.txt,body.txt,body.html}``."""

from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import punycode

Mail = EmailMultiAlternatives  # what the other apps call it; they do not import django.core.mail


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
) -> Mail:
    """Render the mail ``name`` in ``language`` (a code of LANGUAGES) for one recipient.

    Subject and text come from the engine without autoescape, the HTML from the one with it.
    ``sender_name`` replaces the name, never the address, of DEFAULT_FROM_EMAIL.
    """
    folder = f"mail/{name}"
    context = {
        "firm_name": settings.FIRM_NAME,
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
        from_email=_sender(sender_name),
        to=[_address(to.name, to.address)],
        reply_to=[_address(reply_to.name, reply_to.address)] if reply_to else None,
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    message.attach_alternative(html, "text/html")
    return message


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space as one space: fit for a header."""
    return " ".join(text.split())


def _sender(name: str) -> str:
    own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
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
