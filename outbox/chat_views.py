"""The chat addresses as administrators set them: add, try, change, switch off, delete."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outbox import chat_addressing as actions
from outbox.addresses import ChatAddress
from outbox.chat_forms import ChatAddressForm
from outbox.services import examples
from staff.roles import Right, requires, signed_in


@require_safe
@requires(Right.ADMINISTER)
def address_list(request: HttpRequest) -> HttpResponse:
    """List every address with how it does."""
    rows = actions.conditions(ChatAddress.objects.all())
    return render(request, "chat/list.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def address_add(request: HttpRequest) -> HttpResponse:
    """Add an address."""
    form = ChatAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = ChatAddress.objects.create(**form.values())
        messages.success(request, _("Added. Send a test message to see whether it works."))
        return redirect("chat:detail", address.pk)
    return render(request, "chat/add.html", {"form": form, "services": examples()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def address_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one address with its last messages; take another name or address."""
    address = get_object_or_404(ChatAddress, pk=pk)
    form = ChatAddressForm(request.POST or None, address=address)
    if request.method == "POST" and form.is_valid():
        actions.change(address, form.values(), actor_id=signed_in(request).pk)
        messages.success(request, _("Saved."))
        return redirect("chat:detail", pk)
    (condition,) = actions.conditions([address])
    context = {
        "form": form,
        "address": address,
        "condition": condition,
        "deliveries": actions.last_messages(address),
    }
    return render(request, "chat/detail.html", context)


@require_POST
@requires(Right.ADMINISTER)
def address_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a test message; its line on the page of the address says what became of it."""
    address = get_object_or_404(ChatAddress, pk=pk)
    if address.is_active:
        actions.send_test(address)
        text = _("A test message is on its way. Open this page again to see how it went.")
        messages.success(request, text)
    else:
        messages.warning(request, _("This address is switched off: nothing is sent to it."))
    return redirect("chat:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def address_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an address in use again."""
    address = get_object_or_404(ChatAddress, pk=pk)
    actions.switch(address, is_active=True, actor_id=signed_in(request).pk)
    messages.success(request, _("In use again."))
    return redirect("chat:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def address_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch an address off; what waits for it cannot be delivered."""
    address = get_object_or_404(ChatAddress, pk=pk)
    ended = actions.switch(address, is_active=False, actor_id=signed_in(request).pk)
    messages.success(request, _("Switched off.") + _ended(ended))
    return redirect("chat:detail", pk)


@require_POST
@requires(Right.ADMINISTER)
def address_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an address; what waits for it cannot be delivered."""
    address = get_object_or_404(ChatAddress, pk=pk)
    ended = actions.delete(address, actor_id=signed_in(request).pk)
    messages.success(request, _("Deleted.") + _ended(ended))
    return redirect("chat:list")


def _ended(number: int) -> str:
    """Say how many messages were lost by it; nothing when none was."""
    if not number:
        return ""
    text = ngettext(
        "%(number)s message that waited for it is undeliverable: see the outbox.",
        "%(number)s messages that waited for it are undeliverable: see the outbox.",
        number,
    )
    return " " + text % {"number": number}
