"""What a client allows and asks for, in the inbox and in mail: ``{% load wishes %}``."""

from collections.abc import Iterable

from django import template

from alerts.wish_words import kinds_in_words
from surveys.models import CallRequest, Consent, Response

register = template.Library()


@register.filter
def kinds(values: Iterable[str]) -> str:
    """``{{ change.kinds|kinds }}``: introductie en citaat."""
    return kinds_in_words(values)


@register.filter
def standing_consents(response: Response) -> list[Consent]:
    """``{% with given=answer|standing_consents %}``: what was not taken back, as prefetched."""
    return [one for one in response.consents.all() if one.withdrawn_at is None]


@register.filter
def standing_call(response: Response) -> CallRequest | None:
    """``{% with call=answer|standing_call %}``: when the client wants to be called, if at all."""
    return next((one for one in response.call_requests.all() if one.ended_at is None), None)
