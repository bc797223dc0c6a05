"""The webhooks as administrators set them: which systems hear what, and whether it arrives."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outbox.circuit import Circuit
from outbox.endpoint_actions import (
    SecretChanged,
    add_endpoint,
    change_endpoint,
    delete_endpoint,
    rotate_secret,
    switch_off,
    switch_on,
)
from outbox.endpoint_forms import EndpointForm
from outbox.endpoints import Endpoint
from outbox.event_types import labels_of
from outbox.models import Delivery
from outbox.publishing import queue_test
from staff.roles import Right, requires, signed_in

RECENT = 20


@require_safe
@requires(Right.ADMINISTER)
def endpoint_list(request: HttpRequest) -> HttpResponse:
    """List every webhook with how it is doing."""
    endpoints = list(Endpoint.objects.prefetch_related("subscriptions"))
    interrupted = Circuit.objects.interrupted().of_endpoints()
    dead = set(interrupted.values_list("transport", flat=True))
    rows = [
        {
            "endpoint": endpoint,
            "events": labels_of([one.event_type for one in endpoint.subscriptions.all()]),
            "is_interrupted": endpoint.reference in dead,
        }
        for endpoint in endpoints
    ]
    return render(request, "webhooks/list.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def endpoint_add(request: HttpRequest) -> HttpResponse:
    """Take a new webhook, and show its secret this once."""
    form = EndpointForm(request.POST or None)
    if not form.is_valid():
        return render(request, "webhooks/edit.html", {"form": form})
    endpoint, secret = add_endpoint(
        name=form.cleaned_data["name"],
        url=form.cleaned_data["url"],
        event_types=form.cleaned_data["events"],
        sends_words=form.cleaned_data["sends_words"],
        actor_id=signed_in(request).pk,
    )
    return _secret_page(request, endpoint, secret, is_new=True)


@never_cache
@require_safe
@requires(Right.ADMINISTER)
def endpoint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one webhook: what it hears, its secret masked, and what was sent of late."""
    endpoint = get_object_or_404(Endpoint.objects.select_related("created_by"), pk=pk)
    sent = Delivery.objects.filter(recipient_address=endpoint.reference)
    recent = sent.defer("message").prefetch_related("tries")[:RECENT]
    valid = endpoint.secrets.all()
    now = timezone.now()
    context = {
        "endpoint": endpoint,
        "events": labels_of([one.event_type for one in endpoint.subscriptions.all()]),
        "secret": next((one for one in valid if one.expires_at is None), None),
        "former": [one for one in valid if one.expires_at and one.expires_at > now],
        "circuit_of_endpoint": Circuit.objects.interrupted()
        .filter(transport=endpoint.reference)
        .first(),
        "deliveries": recent,
        "tested": int(tested) if (tested := request.GET.get("test", "")).isdecimal() else None,
    }
    return render(request, "webhooks/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def endpoint_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, address and events."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if not form.is_valid():
        return render(request, "webhooks/edit.html", {"form": form, "endpoint": endpoint})
    change_endpoint(
        endpoint=endpoint,
        name=form.cleaned_data["name"],
        url=form.cleaned_data["url"],
        event_types=form.cleaned_data["events"],
        sends_words=form.cleaned_data["sends_words"],
        actor_id=signed_in(request).pk,
    )
    messages.success(request, _("Saved. It counts from now on."))
    return redirect("endpoints:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def endpoint_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a test event; the page of the webhook shows what came of it."""
    endpoint = get_object_or_404(Endpoint.objects.active(), pk=pk)
    delivery = queue_test(endpoint)
    page = redirect("endpoints:detail", pk)
    page["Location"] += f"?test={delivery.pk}#sent"
    return page


@never_cache
@require_POST
@requires(Right.ADMINISTER)
def endpoint_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another secret and show it this once; a reload of that page makes no third one."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    current = request.POST.get("current", "")
    try:
        secret = rotate_secret(endpoint=endpoint, current=current, actor_id=signed_in(request).pk)
    except SecretChanged:
        messages.warning(request, _("The secret was changed meanwhile. Nothing was done."))
        return redirect("endpoints:detail", pk)
    return _secret_page(request, endpoint, secret, is_new=False)


@require_POST
@requires(Right.ADMINISTER)
def endpoint_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing there any more."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    if switch_off(endpoint=endpoint, actor_id=signed_in(request).pk):
        messages.success(request, _("Switched off. What was waiting is withdrawn."))
    return redirect("endpoints:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def endpoint_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Send there again."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    if switch_on(endpoint=endpoint, actor_id=signed_in(request).pk):
        messages.success(request, _("Switched on. It hears what happens from now on."))
    return redirect("endpoints:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def endpoint_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a webhook; what was sent stays in the outbox."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    delete_endpoint(endpoint=endpoint, actor_id=signed_in(request).pk)
    messages.success(request, _("The webhook %(name)s is deleted.") % {"name": endpoint.name})
    return redirect("endpoints:list")


def _secret_page(
    request: HttpRequest, endpoint: Endpoint, secret: str, *, is_new: bool
) -> HttpResponse:
    """Show a secret, which no other page ever does."""
    context = {"endpoint": endpoint, "secret": secret, "is_new": is_new}
    return render(request, "webhooks/secret.html", context)
