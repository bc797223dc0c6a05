"""What some of the demo's clients do on the thank-you page: allow something, or ask for a call."""

import time
from itertools import cycle

from django.conf import settings

from ambassadors.demo.visitors import Fields, Page, VisitError, Visitor
from ambassadors.demo.voices import UNHAPPY_AND_LONG, Voice
from surveys.models import ConsentKind, Moment

_EVERY = 3  # one in so many who recommend also allows something
_ALLOWED = (
    (ConsentKind.REFERENCE, ConsentKind.QUOTE),
    (ConsentKind.INTRODUCTION,),
    (ConsentKind.STORY, ConsentKind.REFERENCE),
)


def wish(thanked: list[tuple[Voice, Page]]) -> list[str]:
    """Fill in the second step for some of those who were ``thanked``; return faults in words."""
    # Nobody reads the page faster than this, and the page knows it.
    time.sleep(settings.HOLD_FASTER_THAN_SECONDS)
    happy = [page for voice, page in thanked if _recommends(voice)]
    wishes: list[tuple[Page, Fields]] = [
        (page, [("kinds", kind.value) for kind in kinds])
        for page, kinds in zip(happy[::_EVERY], cycle(_ALLOWED), strict=False)
    ]
    wishes += [
        (page, [("moment", Moment.MORNING.value), ("note", ""), ("phone", "")])
        for voice, page in thanked
        if voice == UNHAPPY_AND_LONG
    ]
    faults = []
    for page, fields in wishes:
        try:
            Visitor(settings.SITE_URL).submit(page, fields)
        except VisitError as error:
            faults.append(str(error))
    return faults


def _recommends(voice: Voice) -> bool:
    return voice.satisfaction == "more_than_satisfied" and voice.recommendation == "yes"
