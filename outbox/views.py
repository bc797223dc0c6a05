"""The outbox as administrators read it: what left, when, to whom, and the mail as it was sent."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outbox.access import hide_answers
from outbox.addresses import PREFIX
from outbox.breaking import hold, resume
from outbox.circuit import MAIL, Circuit
from outbox.doorbell import ring_on_commit
from outbox.forms import FilterForm
from outbox.framing import framed
from outbox.handling import NotPossible, cancel, send_again, why_not_again
from outbox.health import has_way_out, snapshot
from outbox.mailbox import mailbox_in_trouble
from outbox.models import Channel, Delivery, State
from outbox.reading import read
from staff.roles import Right, requires, signed_in

DELIVERIES_ON_A_PAGE = 50


@require_safe
@requires(Right.SEE_OUTBOX)
def delivery_list(request: HttpRequest) -> HttpResponse:
    """List what left and what waits, the newest first."""
    form = FilterForm(request.GET)
    page = Paginator(form.deliveries(), DELIVERIES_ON_A_PAGE).get_page(request.GET.get("page"))
    hide_answers(page.object_list, reader=signed_in(request))
    context = {
        "form": form,
        "page": page,
        "health": snapshot(),
        "can_hold": has_way_out(),
        "dead_chats": Circuit.objects.interrupted().filter(transport__startswith=PREFIX).count(),
        "has_mail_server": bool(settings.EMAIL_URL),
        "mailbox": mailbox_in_trouble(),
    }
    return render(request, "outbox/list.html", context)


@never_cache
@require_safe
@requires(Right.SEE_OUTBOX)
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one delivery: its state, every attempt, and the mail with personal links masked."""
    delivery = _readable(request, pk)
    context = {
        "delivery": delivery,
        "tries": delivery.tries.all(),
        "reports": delivery.reports.all(),
        "why_not_again": why_not_again(delivery),
        "is_cancellable": delivery.state == State.QUEUED and not delivery.is_repeated,
        "copies": delivery.sent_again.defer("message").order_by("pk"),
        "reading": read(delivery),
        "has_mail_server": bool(settings.EMAIL_URL),
    }
    return render(request, "outbox/detail.html", context)


@never_cache
@require_safe
@requires(Right.SEE_OUTBOX)
def delivery_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the HTML part alone, for the sandboxed frame on the detail page; 404 without one."""
    markup = read(_readable(request, pk)).html
    if not markup:
        raise Http404
    return framed(markup)


@require_POST
@requires(Right.ADMINISTER)
def delivery_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the message of a delivery once more, as a new one; show that one."""
    delivery = get_object_or_404(Delivery, pk=pk)
    try:
        again = send_again(delivery=delivery, actor_id=signed_in(request).pk)
    except NotPossible as fault:
        messages.warning(request, str(fault))
        return redirect("outbox:detail", pk)
    messages.success(request, _("Queued once more. This is the new message."))
    return redirect("outbox:detail", again.pk)


@require_POST
@requires(Right.ADMINISTER)
def delivery_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a delivery that has not left."""
    delivery = get_object_or_404(Delivery, pk=pk)
    try:
        cancel(delivery=delivery, actor_id=signed_in(request).pk)
    except NotPossible as fault:
        messages.warning(request, str(fault))
    else:
        messages.success(request, _("Cancelled: this message will not be sent."))
    return redirect("outbox:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def sending_hold(request: HttpRequest) -> HttpResponse:
    """Stop all sending by hand."""
    if hold(MAIL, actor_id=signed_in(request).pk):
        messages.success(request, _("Sending has stopped. All messages wait."))
    return redirect("outbox:list")


@require_POST
@requires(Right.ADMINISTER)
def sending_resume(request: HttpRequest) -> HttpResponse:
    """Send again, whatever stopped it."""
    if resume(MAIL, actor_id=signed_in(request).pk):
        for channel in Channel:
            ring_on_commit(channel)
        messages.success(request, _("Messages are sent again. What waited leaves now."))
    return redirect("outbox:list")


def _readable(request: HttpRequest, pk: int) -> Delivery:
    """Return a delivery, its words hidden from whoever may not read them; else 404."""
    delivery = get_object_or_404(Delivery, pk=pk)
    hide_answers([delivery], reader=signed_in(request))
    return delivery
