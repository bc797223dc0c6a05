"""What a client allows or asks for, in the words of colleagues and the active language."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from alerts.models import EventKind
from alerts.wording import list_in_words
from surveys.models import ConsentKind, Moment


def kinds_in_words(kinds: Iterable[str]) -> str:
    """Return ``introductie, verhaal en citaat``; a kind of a newer version stays as it is."""
    labels = dict(ConsentKind.choices)
    return list_in_words([str(labels.get(kind, kind)) for kind in kinds])


def wish_texts(data: dict[str, Any]) -> dict[EventKind, str]:
    """Return the line in the course of an alert for each kind of event, with its ``data``."""
    kinds = kinds_in_words(data.get("kinds", ()))
    moment = str(dict(Moment.choices).get(data.get("moment", ""), data.get("moment", "")))
    return {
        EventKind.CONSENTED: _("Client gave permission for: %(kinds)s") % {"kinds": kinds},
        EventKind.CONSENT_WITHDRAWN: _("Client took back the permission for: %(kinds)s")
        % {"kinds": kinds},
        EventKind.CALL_REQUESTED: _("Client wants to be called %(moment)s") % {"moment": moment},
        EventKind.CALL_WITHDRAWN: _("Client does not want to be called any more"),
    }
