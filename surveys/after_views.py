"""After answering: what a client allows, when to call them, and what was agreed with them.

Looking changes nothing, and whoever looks at an address that only takes a form is led to the page
that has it. What looks like a program is either thanked without being stored (it filled in what
nobody can see) or asked to press once more (it was faster than anybody reads).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from staff.branding import current_brand
from surveys.actions import ask_for_call, give_consents, withdraw_call, withdraw_consent
from surveys.after import After, Mine, beside, standing_response, write_to
from surveys.languages import spoken, switch_markup
from surveys.models import Invitation, Response
from surveys.observing import seal, unseal
from surveys.page import find_invitation, readers_of
from surveys.page_style import StyledResponse, client_style
from surveys.views import client_page, thanks_page, unknown
from surveys.wish_forms import CallForm, ConsentForm

_METHODS = ["GET", "HEAD", "POST"]
Form = TypeVar("Form", ConsentForm, CallForm)


@client_page
@require_http_methods(_METHODS)
def wishes(request: HttpRequest, token: str) -> HttpResponse:
    """Take what a + client allows."""
    return _take(
        request,
        token,
        is_offered=lambda after: bool(after.kinds),
        new_form=After.new_consent_form,
        store=lambda response, form: give_consents(response=response, agreed=form.agreed()),
    )


@client_page
@require_http_methods(_METHODS)
def call(request: HttpRequest, token: str) -> HttpResponse:
    """Take when somebody wants to be called, and on which number."""
    return _take(
        request,
        token,
        is_offered=lambda after: after.may_ask_for_call,
        new_form=After.new_call_form,
        store=lambda response, form: ask_for_call(response=response, **form.said()),
    )


def _take(
    request: HttpRequest,
    token: str,
    *,
    is_offered: Callable[[After], bool],
    new_form: Callable[[After, QueryDict], Form],
    store: Callable[[Response, Form], object],
) -> HttpResponse:
    """Take one form of the thank-you page, and lead back to it."""
    invitation = find_invitation(token)
    if invitation is None:
        return unknown(request)
    response = standing_response(invitation)
    if request.method != "POST" or response is None:
        return _to("thanks", token, request, invitation.language)
    with translation.override(spoken(request, response.language)):
        after = After(invitation, response, token, timezone.now())
        form = new_form(after, request.POST)
        if is_offered(after) and _is_refused(request, token, form):
            after.faulty = form
            return thanks_page(invitation, response.group, after)
        if is_offered(after) and not form.is_trapped:
            store(response, form)
        return _to("thanks", token, request, response.language, "#stored")


@client_page
@require_http_methods(_METHODS)
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """Show what this contact agreed to, in whatever answer, and take it back one by one.

    Any link of the contact will do, also one that expired, as long as we keep it.
    """
    invitation = find_invitation(token)
    if invitation is None:
        return unknown(request)
    with translation.override(spoken(request, invitation.language)):
        if request.method != "POST":
            return _mine(invitation, token)
        if _is_hasty(request, token):
            return _mine(invitation, token, posted=request.POST)
        if not request.POST.get("remark", "").strip():
            _take_back(invitation, request.POST.get("item", ""))
        return _to("mine", token, request, invitation.language)


def _take_back(invitation: Invitation, item: str) -> None:
    """Take back ``item`` (``consent-12``, ``call-3``) if it is this contact's and stands."""
    kind, _dash, number = item.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return
    if kind == "consent":
        withdraw_consent(contact=invitation.contact, pk=int(number))
    elif kind == "call":
        withdraw_call(contact=invitation.contact, pk=int(number))


def _is_refused(request: HttpRequest, token: str, form: ConsentForm | CallForm) -> bool:
    """Whether ``form`` goes back to whoever sent it. One that is trapped never does."""
    if form.is_trapped:
        return False
    if form.is_valid() and _is_hasty(request, token):
        form.ask_once_more()
    seen = request.POST.get("seen", "")
    form.seen = seen if unseal(token, seen) else ""  # the time goes on: the second press counts
    return bool(form.errors)


def _is_hasty(request: HttpRequest, token: str) -> bool:
    """Whether the page was posted faster than anybody reads it, or without having been seen."""
    seen = unseal(token, request.POST.get("seen", ""))
    least = timedelta(seconds=settings.HOLD_FASTER_THAN_SECONDS)
    return seen is None or timezone.now() - seen < least


def _to(name: str, token: str, request: HttpRequest, usual: str, place: str = "") -> HttpResponse:
    """Lead to another page of this link, in the language that was chosen on this one."""
    language = spoken(request, usual)
    asked = "" if language == usual else f"?language={language}"
    address = reverse(f"surveys:{name}", args=[token])
    return HttpResponseRedirect(f"{address}{asked}{place}")


def _mine(invitation: Invitation, token: str, *, posted: QueryDict | None = None) -> HttpResponse:
    """Render without the request, as every page of the client. ``posted``: to be pressed again."""
    language = translation.get_language()
    brand = current_brand()
    asked, seen = (posted.get("item", ""), posted.get("seen", "")) if posted else ("", "")
    context: dict[str, Any] = {
        "contact": invitation.contact,
        "brand": brand,
        "firm_name": brand.name,
        "mine": Mine(invitation),
        "readers": readers_of(invitation.project),
        "write_to": write_to(invitation),
        "has_answered": invitation.is_answered,
        "links": {name: beside(name) for name in ("thanks", "stop")},
        "asked": asked,
        "language": language,
        "seen": seen if unseal(token, seen) else seal(token, timezone.now()),
        "languages": switch_markup(language),
        "privacy_url": settings.PRIVACY_URL,
        "style": client_style(brand),
    }
    html = render_to_string("surveys/mine.html", context)
    return StyledResponse(html, style=context["style"])
