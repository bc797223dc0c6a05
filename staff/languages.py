"""The languages in which colleagues work; clients read more of them (``CLIENT_LANGUAGES``)."""

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header


def firm_language() -> str:
    """Return the language of a new colleague: the firm's, or Dutch when only clients read it."""
    return _known(settings.FIRM_LANGUAGE) or settings.LANGUAGE_CODE


def for_staff(accepted: str) -> str:
    """Return the best language for a colleague whose browser sends ``accepted``, else Dutch.

    ``accepted`` is an Accept-Language header; what cannot be read in it counts for nothing.
    """
    known = (_known(code) for code, _weight in parse_accept_lang_header(accepted))
    return next(filter(None, known), settings.LANGUAGE_CODE)


def _known(code: str) -> str:
    """Return ``nl`` for ``nl-BE``; nothing for a language that colleagues do not work in."""
    language = code.partition("-")[0].lower()
    return language if language in dict(settings.STAFF_LANGUAGES) else ""
