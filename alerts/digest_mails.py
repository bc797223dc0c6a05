"""The mails that gather: a day for who acts, a week for who supervises."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.daily import SHOWN, Daily
from alerts.weekly import Weekly
from alerts.wording import list_in_words
from outbox.mail import Mail, Person, compose, site_address
from staff.models import User


def compose_daily(content: Daily, *, to: User, now: datetime) -> Mail:
    """Return the daily digest of ``to``, in their language: what needs doing, then what is new."""
    news = content.news
    with translation.override(to.language):
        summary = _daily_in_words(content)
    return compose(
        "daily",
        {
            **_frame(now),
            "summary": summary,
            "late": content.late[:SHOWN],
            "today": content.today[:SHOWN],
            "calls": content.calls[:SHOWN],
            "leads": content.leads[:SHOWN],
            "news": news[:SHOWN],
            "left_out": sum(
                max(len(shown) - SHOWN, 0)
                for shown in (content.late, content.today, content.calls, content.leads, news)
            ),
        },
        to=Person(name=to.name, address=to.email),
        language=to.language,
    )


def compose_weekly(content: Weekly, *, to: User, now: datetime) -> Mail:
    """Return the weekly digest of the team of ``to``, in their language."""
    with translation.override(to.language):
        summary = _weekly_in_words(content)
        outcomes = content.outcomes
    return compose(
        "weekly",
        {
            **_frame(now),
            "summary": summary,
            "since": content.since,
            "open_minus": content.open_minus[:SHOWN],
            "late_plus": content.late_plus[:SHOWN],
            "outcomes": outcomes,
            "coverage": content.coverage,
            "leads": content.leads,
            "left_out": sum(
                max(len(shown) - SHOWN, 0) for shown in (content.open_minus, content.late_plus)
            ),
        },
        to=Person(name=to.name, address=to.email),
        language=to.language,
    )


def _frame(now: datetime) -> dict[str, object]:
    return {
        "now": now,
        "day": timezone.localdate(now),
        "inbox_url": site_address(reverse("alerts:list")),
        "preferences_url": site_address(reverse("notifications:preferences")),
    }


def _daily_in_words(content: Daily) -> str:
    """Return ``2 te laat, 1 voor vandaag en 3 nieuw``."""
    parts = [
        (len(content.late), _("%(count)s late")),
        (len(content.today) + len(content.calls) + len(content.leads), _("%(count)s for today")),
        (len(content.news), _("%(count)s new")),
    ]
    return list_in_words([words % {"count": count} for count, words in parts if count])


def _weekly_in_words(content: Weekly) -> str:
    """Return ``3 open –, 1 te laat en 4 afgesloten``; of a team without these, its coverage."""
    closed = sum(content.closed.values())
    parts = [
        (len(content.open_minus), _("%(count)s open –")),
        (len(content.late), _("%(count)s late")),
        (closed, _("%(count)s closed")),
    ]
    said = [words % {"count": count} for count, words in parts if count]
    if content.leads.new:
        new = ngettext("%(count)s new lead", "%(count)s new leads", content.leads.new)
        said.append(new % {"count": content.leads.new})
    asked = content.coverage.contacts
    return list_in_words(said) or ngettext(
        "%(count)s contact of closed projects", "%(count)s contacts of closed projects", asked
    ) % {"count": asked}
