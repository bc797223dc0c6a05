"""The languages that a client reads, and the switch between them.

Which one: the one chosen on the page, else that of the invitation, which is the contact's. A
contact's own is what the project list says; where that is silent the client's counts, else
FIRM_LANGUAGE (``Contact.spoken_language``).
"""

from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

# Each in its own words: who cannot read this page must recognise theirs.
NAMES = {"nl": "Nederlands", "en": "English", "de": "Deutsch", "fr": "Français"}
_ABROAD = frozenset({"de", "fr"})  # whose readers do not live where the firm is
_DAYS = {"de": "j. F", "fr": "j F"}  # else as in Dutch and English: 13 november


def spoken(request: HttpRequest, usual: str) -> str:
    """Return the language that ``request`` asks for, else ``usual``; an unknown one is ignored.

    The address asks for it (``?language=de``), and the form carries it along. It is a choice for
    the moment: no cookie, nothing written, until answers are stored with the language they had.
    """
    asked = request.POST if request.method == "POST" else request.GET
    language = asked.get("language", "")
    return language if language in dict(settings.CLIENT_LANGUAGES) else usual


@lru_cache(maxsize=64)
def switch_markup(language: str, chosen: str = "", question: str = "satisfaction") -> str:
    """Return the row of links to this page in each language, as HTML.

    ``language`` is the one of now. What is ``chosen`` beforehand of ``question`` goes along.
    """
    keeps = {question: chosen} if chosen else {}
    links = [
        {
            "code": code,
            "name": NAMES[code],
            "address": f"?{urlencode({'language': code, **keeps})}",
            "is_current": code == language,
        }
        for code, _label in settings.CLIENT_LANGUAGES
    ]
    with translation.override(language):
        return str(render_to_string("surveys/parts/languages.html", {"links": links}))


def day_in_words(value: date, *, has_year: bool) -> str:
    """Return a day as the active language writes it: 13 november, 13. November, 1er mars 2019."""
    language = translation.get_language() or ""
    written = _DAYS.get(language, "j F")
    if language == "fr" and value.day == 1:
        written = r"j\e\r F"
    return date_format(value, f"{written} Y" if has_year else written)


def written_day(value: date) -> str:
    """Return a day that no line breaks: 13 november, with its year unless it is this."""
    text = day_in_words(value, has_year=value.year != timezone.localdate().year)
    return text.replace(" ", "\u00a0")


def is_abroad() -> bool:
    """Whether the reader of the active language dials the firm's country code first."""
    return translation.get_language() in _ABROAD
