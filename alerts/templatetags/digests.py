"""What the templates of digests need: ``{% load digests %}``."""

from django import template
from django.urls import reverse

from alerts.daily import Call, still_allowed
from alerts.digest_models import DigestItem
from alerts.models import Alert, Lead
from alerts.preferences import News
from alerts.wish_words import kinds_in_words
from outbox.mail import site_address
from surveys.models import CallRequest, Response

register = template.Library()


@register.filter
def page_of(alert: Alert) -> str:
    """``{{ alert|page_of }}``: the absolute address of its page."""
    return site_address(reverse("alerts:detail", args=[alert.pk]))


@register.filter
def lead_page(lead: Lead) -> str:
    """``{{ lead|lead_page }}``: the absolute address of its page."""
    return site_address(reverse("alerts:lead", args=[lead.pk]))


@register.filter
def item_page(item: DigestItem) -> str:
    """``{{ item|item_page }}``: the page of its alert or lead, else of the answer it is about."""
    if item.news == News.LEAD and hasattr(item.response, "lead"):
        return lead_page(item.response.lead)
    return page_of(item.alert) if item.alert else _answer_page(item.response)


@register.filter
def call_page(call: Call) -> str:
    """``{{ call|call_page }}``: as ``item_page``."""
    return page_of(call.alert) if call.alert else _answer_page(call.request.response)


def _answer_page(response: Response) -> str:
    return site_address(reverse("invitations:detail", args=[response.invitation_id]))


@register.filter
def permissions(item: DigestItem) -> str:
    """``{{ item|permissions }}``: referentie en verhaal, as far as they still stand."""
    return kinds_in_words(still_allowed(item))


@register.filter
def call_of(item: DigestItem) -> CallRequest | None:
    """``{% with call=item|call_of %}``: the request that ``item`` tells of, as prefetched."""
    asked = item.response.call_requests.all()
    return next((call for call in asked if call.pk == item.data.get("call")), None)
