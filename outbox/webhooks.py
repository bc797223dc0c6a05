"""Where mail providers tell what became of a mail: Anymail reads them, we store what failed.

Closed until ANYMAIL_WEBHOOK_SECRET is set. Then every call must carry it, whatever the provider
signs besides; the provider's own signature is checked by Anymail.
"""

import logging
from collections.abc import Callable
from typing import Any, cast

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, tracking
from anymail.utils import get_request_basic_auth
from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outbox.events import Event, identity_of, kind_of, message_ids_of, words_of
from outbox.models import ReportKind
from outbox.refusals import status_in
from outbox.reporting import find_by_provider, find_delivery, guess_delivery, record_report

logger = logging.getLogger(__name__)

# Those whose check of a call needs nothing that is not installed here.
PROVIDERS: dict[str, type[AnymailCoreWebhookView]] = {
    "brevo": BrevoTrackingWebhookView,
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mailtrap": MailtrapTrackingWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}


@csrf_exempt
@login_not_required
@require_http_methods(["HEAD", "POST"])
def provider_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's events; 403 without the secret or with a wrong signature.

    404 for a provider that is unknown, or that has no key here, and for all without a secret.
    """
    if not settings.ANYMAIL_WEBHOOK_SECRET or provider not in PROVIDERS:
        raise Http404
    if not constant_time_compare(get_request_basic_auth(request), settings.ANYMAIL_WEBHOOK_SECRET):
        logger.warning("webhook %s: refused, ANYMAIL_WEBHOOK_SECRET is wrong or missing", provider)
        return HttpResponse(status=403)
    view = cast(Callable[..., HttpResponse], PROVIDERS[provider].as_view())
    try:
        return view(request)
    except AnymailWebhookValidationFailure:
        logger.warning("webhook %s: refused, the provider's signature is wrong", provider)
        return HttpResponse(status=403)
    except AnymailConfigurationError as error:
        logger.error("webhook %s: %s", provider, error)
        raise Http404 from error
    except (KeyError, ValueError, TypeError, AttributeError):
        logger.exception("webhook %s: cannot be read", provider)
        return HttpResponseBadRequest()


@receiver(tracking, dispatch_uid="outbox.record_event")
def record_event(sender: object, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Store what ``event`` tells about one of our mails; of other mails nothing is kept."""
    told = cast(Event, event)
    kind = kind_of(told)
    if kind is None:
        return
    now = timezone.now()
    delivery = find_delivery(message_ids_of(told)) or find_by_provider(told.message_id or "")
    is_guess = delivery is None
    delivery = delivery or guess_delivery(told.recipient or "", now=now)
    if delivery is None:
        logger.info("webhook %s: %s about a mail that is not ours", esp_name, kind)
        return
    record_report(
        delivery=delivery,
        kind=ReportKind(kind),
        source=esp_name[:40],
        external_id=f"event:{identity_of(told, esp_name)}",
        at=told.timestamp,
        status=status_in(words_of(told)),
        detail=words_of(told),
        is_guess=is_guess,
        now=now,
    )
