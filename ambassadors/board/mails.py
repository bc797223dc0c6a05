"""The mail with the report: a few words, and the page as a file."""

from datetime import date

from django.urls import reverse
from django.utils import translation

from ambassadors.board import words
from outbox.mail import Attachment, Mail, Person, compose, site_address
from staff.models import User


def compose_report(month: date, pdf: bytes, *, to: User) -> Mail:
    """Return the mail that brings ``pdf``, the report of ``month``, to ``to``."""
    with translation.override(to.language):
        name, title = words.month_name(month), words.title(month)
        file = Attachment(name=words.file_name(month), data=pdf, kind="application/pdf")
    return compose(
        "board",
        {
            "month": name,
            "title": title,
            "report_url": words.address(month, reverse("board:report")),
            "dashboard_url": site_address(reverse("dashboard:overview")),
            "settings_url": site_address(reverse("board:settings")),
        },
        to=Person(name=to.name, address=to.email),
        language=to.language,
        attachments=[file],
    )
