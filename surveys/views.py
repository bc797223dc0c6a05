"""The client's page. Personal link in, four answers out; no account, no cookie, no script needed.

When the database is away, looking gets a page that says so, and answers that were sent come back
filled in, to be sent again: status 503 in both cases, with no name on the page.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from crispy_forms.utils import render_crispy_form
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from staff.branding import current_brand, last_known_brand
from surveys.actions import hold_answer, record_response
from surveys.after import After, standing_response
from surveys.forms import AnswerForm
from surveys.languages import spoken, switch_markup
from surveys.models import Invitation
from surveys.observing import observed_signs, seal, unseal
from surveys.page import (
    asked_in,
    filled_in,
    find_invitation,
    form_markup,
    offer,
    preselected,
    readers_of,
    sealed,
    thanked_for,
)
from surveys.page_script import client_script
from surveys.page_style import StyledResponse, client_style, policy_for
from surveys.suspicion import is_automatic

logger = logging.getLogger(__name__)

View = Callable[Concatenate[HttpRequest, ...], HttpResponse]
# The database is down, refuses, was restarted under us, or is locked for longer than we wait.
DATABASE_AWAY = (OperationalError, InterfaceError)
_SCRIPTED = {"page", "again", "thanks"}  # keep what is typed, and forget it
_TRY_AGAIN_AFTER = 30  # seconds, for programs that ask


def client_page(view: View) -> View:
    """Open a view to whoever holds the link, and let nothing of it leak or stay behind.

    No CSRF cookie: the unguessable token is the capability (DESIGN, security).
    """

    @login_not_required
    @csrf_exempt
    @gzip_page
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.encoding = "utf-8"  # as the page says; what else a request claims is not believed
        try:
            response = view(request, *args, **kwargs)
        except DATABASE_AWAY as error:
            response = _away(error, "away", {})
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        style = response.style if isinstance(response, StyledResponse) else client_style()
        allowed = csp_replace(policy_for(style))(lambda _request: response)
        return cast("HttpResponse", allowed(request))

    return guarded


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the four questions, or take the answers. Looking changes nothing."""
    if request.method != "POST":
        return _show(request, token)
    try:
        return _receive(request, token)
    except Invitation.DoesNotExist:  # taken back since it was looked up: its mail never arrived
        return _message("unknown", status=404)
    except DATABASE_AWAY as error:
        with translation.override(spoken(request, translation.get_language() or "")):
            return _away(error, "again", {"form": filled_in(request.POST)})


def _show(request: HttpRequest, token: str) -> HttpResponse:
    invitation = find_invitation(token)
    if invitation is None:
        return _message("unknown", status=404)
    now = timezone.now()
    is_answered = invitation.is_answered
    if not is_answered and not invitation.is_open(now):
        return gone()
    language = spoken(request, invitation.language)
    with translation.override(language):
        if is_answered:
            return _to_thanks(invitation, token)
        satisfaction = preselected(request.GET.get("satisfaction", ""))
        questions, services = asked_in(invitation, language), offer(invitation.questionnaire_id)
        markup = form_markup(language, satisfaction, services, questions)
        form = sealed(markup, seal(token, now))
        return _questions(invitation, form, languages=switch_markup(language, satisfaction))


@client_page
@require_safe
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Thank for the answer that was recorded, and say what happens now."""
    invitation = find_invitation(token)
    if invitation is None:
        return _message("unknown", status=404)
    answer = thanked_for(invitation)
    if answer is None:
        return redirect("surveys:page", token=token)
    language = spoken(request, answer.language)
    response = standing_response(invitation)
    with translation.override(language):
        after = None if response is None else After(invitation, response, token, timezone.now())
        return thanks_page(invitation, answer.group, after, languages=switch_markup(language))


def thanks_page(
    invitation: Invitation, group: str, after: After | None, *, languages: str = ""
) -> HttpResponse:
    """Render the thank-you page with the second step ``after``; none for an answer on hold.

    What is on hold may be a program's: nobody is asked for anything before a person confirmed it.
    """
    context = {"group": group, "after": after, "languages": languages}
    return _render("thanks", {**_context(invitation), **context})


@client_page
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer an address that cannot be a link exactly as a link that never existed."""
    return _message("unknown", status=404)


def gone() -> HttpResponse:
    """Answer a link that takes no answer any more."""
    return _message("gone", status=410)


def _receive(request: HttpRequest, token: str) -> HttpResponse:
    """Take complete answers; show incomplete ones again with what is missing.

    Those get status 200, not 422: browsers write a 4xx page to their console as a failure, and
    some proxies put a page of their own in its place, with all that was typed lost.
    """
    invitation = find_invitation(token)
    if invitation is None:
        return _message("unknown", status=404)
    now = timezone.now()
    is_answered = invitation.is_answered
    if not is_answered and not invitation.is_open(now):
        return gone()
    language = spoken(request, invitation.language)
    with translation.override(language):
        questions, services = asked_in(invitation, language), offer(invitation.questionnaire_id)
        form = AnswerForm(request.POST, services=services, questions=questions)
        if form.is_valid():
            _take(request, invitation, token, form)
        elif not is_answered:
            seen = request.POST.get("seen", "")
            seen = seen if unseal(token, seen) else seal(token, now)
            markup = sealed(render_crispy_form(form), seen)
            return _questions(invitation, markup, has_errors=True)
        return _to_thanks(invitation, token)


def _take(request: HttpRequest, invitation: Invitation, token: str, form: AnswerForm) -> None:
    """Record the answers, or put them on hold when they look automatic.

    Both lead to the same page: a program learns nothing, a person loses nothing.
    """
    now, answers, language = timezone.now(), form.answers(), translation.get_language()
    signs = observed_signs(
        request,
        invitation,
        token=token,
        comment=answers.motivation,
        is_trapped=form.is_trapped,
        now=now,
    )
    if is_automatic(signs):
        hold_answer(invitation=invitation, answers=answers, signs=signs, language=language, now=now)
    else:
        record_response(invitation=invitation, answers=answers, language=language, now=now)


def _to_thanks(invitation: Invitation, token: str) -> HttpResponse:
    """Lead to the thank-you page, in the language that was chosen on this one."""
    address = reverse("surveys:thanks", args=[token])
    language = translation.get_language()
    return redirect(
        address if language == invitation.language else f"{address}?language={language}"
    )


def _questions(
    invitation: Invitation, form: str, *, languages: str = "", has_errors: bool = False
) -> HttpResponse:
    """Show the questions. Without ``languages`` no switch: it would lose what was typed."""
    context = page_context(invitation, form)
    return _render("page", {**context, "languages": languages, "has_errors": has_errors})


def page_context(invitation: Invitation, form: str) -> dict[str, Any]:
    """Return what the page of the questions names, around the markup of its ``form``."""
    return {
        **_context(invitation),
        "other_names": invitation.other_names,
        "is_under_way": invitation.is_under_way,
        "form": form,
        "kept_years": settings.RESPONSE_KEPT_YEARS,
        "stop_link": f"stop/?language={translation.get_language()}",  # below this address
    }


def _context(invitation: Invitation) -> dict[str, Any]:
    """Return what every page about an invitation names."""
    return {
        "contact": invitation.contact,
        "project": invitation.project,
        "readers": readers_of(invitation.project),
        "firm_name": current_brand().name,
        "privacy_url": settings.PRIVACY_URL,
    }


def _message(name: str, *, status: int) -> HttpResponse:
    """Render a page that gives no name away, in the browser's language."""
    return _render(name, {}, status=status)


def _away(error: Exception, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render page ``name`` for the time that the database is away. Asks nothing of it."""
    logger.error("no database for a client's page: %s", error)
    brand = last_known_brand()
    response = _render(name, {"brand": brand, "firm_name": brand.name, **context}, status=503)
    response["Retry-After"] = str(_TRY_AGAIN_AFTER)
    return response


def _render(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render without the request: a context processor could open a session, thus set a cookie."""
    brand = context["brand"] if "brand" in context else current_brand()
    style = client_style(brand)
    inline = {"style": style, "script": client_script() if name in _SCRIPTED else ""}
    html = render_to_string(f"surveys/{name}.html", {"brand": brand, **context, **inline})
    return StyledResponse(html, style=style, status=status)
