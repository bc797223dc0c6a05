"""The client's page. Personal link in, four answers out; no account, no cookie, no script."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from crispy_forms.utils import render_crispy_form
from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from surveys.actions import record_response
from surveys.forms import AnswerForm
from surveys.models import Invitation
from surveys.page import find_invitation, form_markup, offer, preselected, readers_of
from surveys.page_style import client_style, source_of

View = Callable[Concatenate[HttpRequest, ...], HttpResponse]

_POLICY = {
    "default-src": [NONE],
    "style-src": [source_of(client_style())],
    "img-src": ["data:"],  # the icon in the page itself
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}


def client_page(view: View) -> View:
    """Open a view to whoever holds the link, and let nothing of it leak or stay behind.

    No CSRF cookie: the unguessable token is the capability (DESIGN, security).
    """

    @login_not_required
    @csrf_exempt
    @csp_replace(_POLICY)
    @gzip_page
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return cast("View", guarded)  # csp_replace forgets what it decorates


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the four questions, or take the answers. Looking changes nothing."""
    invitation = find_invitation(token)
    if invitation is None:
        return _message("unknown", status=404)
    is_answered = hasattr(invitation, "response")
    if not is_answered and not invitation.is_open(timezone.now()):
        return _message("gone", status=410)
    with translation.override(invitation.language):
        if request.method == "POST":
            return _receive(request, invitation, token)
        if is_answered:
            return redirect("surveys:thanks", token=token)
        satisfaction = preselected(request.GET.get("satisfaction", ""))
        return _questions(invitation, form_markup(invitation.language, satisfaction, offer()))


@client_page
@require_safe
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Thank for the answer that was recorded, and say what happens now."""
    invitation = find_invitation(token)
    if invitation is None:
        return _message("unknown", status=404)
    if not hasattr(invitation, "response"):
        return redirect("surveys:page", token=token)
    with translation.override(invitation.language):
        context = {"group": invitation.response.group}
        return _render("thanks", {**_context(invitation), **context})


@client_page
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer an address that cannot be a link exactly as a link that never existed."""
    return _message("unknown", status=404)


def _receive(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Record complete answers; show incomplete ones again with what is missing.

    Those get status 200, not 422: browsers write a 4xx page to their console as a failure, and
    some proxies put a page of their own in its place, with all that was typed lost.
    """
    form = AnswerForm(request.POST, services=offer())
    if form.is_valid():
        record_response(invitation=invitation, answers=form.answers())
    elif not hasattr(invitation, "response"):
        return _questions(invitation, render_crispy_form(form), has_errors=True)
    return redirect("surveys:thanks", token=token)


def _questions(invitation: Invitation, form: str, *, has_errors: bool = False) -> HttpResponse:
    context = {
        **_context(invitation),
        "form": form,
        "has_errors": has_errors,
        "kept_years": settings.RESPONSE_KEPT_YEARS,
    }
    return _render("page", context)


def _context(invitation: Invitation) -> dict[str, Any]:
    """Return what every page about an invitation names."""
    return {
        "contact": invitation.contact,
        "project": invitation.project,
        "readers": readers_of(invitation.project),
        "firm_name": settings.FIRM_NAME,
    }


def _message(name: str, *, status: int) -> HttpResponse:
    """Render a page that gives no name away, in the browser's language."""
    return _render(name, {}, status=status)


def _render(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render without the request: a context processor could open a session, thus set a cookie."""
    html = render_to_string(f"surveys/{name}.html", {**context, "style": client_style()})
    language = translation.get_language()
    return HttpResponse(html, status=status, headers={"Content-Language": language})
