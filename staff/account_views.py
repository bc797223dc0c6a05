"""One's own account: what the firm knows of somebody, and what they decide for themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show who is signed in, with the way to notifications, absence, password and the door."""
    return render(request, "account/account.html")
