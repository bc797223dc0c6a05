"""One person and one client, for management."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ambassadors.dashboard.portraits import account_of, portrait_of
from staff.roles import Right, requires
from surveys.models import Client, Contact


@require_safe
@requires(Right.SEE_DASHBOARD)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person: what they said, what they were asked, what they allow."""
    contact = get_object_or_404(Contact.objects.select_related("client"), pk=pk)
    portrait = portrait_of(contact, now=timezone.now())
    context = {"portrait": portrait, "contact": contact, "latest": portrait.latest}
    return render(request, "dashboard/person.html", context)


@require_safe
@requires(Right.SEE_DASHBOARD)
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one client: its people with their latest answer, its projects, what is open."""
    found = get_object_or_404(Client, pk=pk)
    account = account_of(found, now=timezone.now())
    return render(request, "dashboard/client.html", {"client": found, "account": account})
