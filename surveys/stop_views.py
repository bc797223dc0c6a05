"""Stop asking me: the page behind the way out in every mail to a client, and the one-click header.

Mail scanners open links, and some press buttons. So looking writes nothing, and the page's own
button does nothing without a tick that nobody sets by accident. A mail program's One-Click POST
(RFC 8058) has to work without any of that, and is known by its body alone: a scanner that posts
exactly this body would stop the questions. The way back is on the same page.
"""

from crispy_forms.utils import render_crispy_form
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from staff.branding import current_brand
from surveys.actions import ask_again, stop_asking
from surveys.languages import spoken, switch_markup
from surveys.models import Contact
from surveys.page import find_invitation
from surveys.page_style import StyledResponse, client_style
from surveys.stop_form import StopForm
from surveys.views import client_page, unknown


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to stop, or the way back. Any link of the contact will do, also one that expired."""
    invitation = find_invitation(token)
    if invitation is None:
        return unknown(request)
    contact = invitation.contact
    with translation.override(spoken(request, invitation.language)):
        if request.method != "POST":
            return _page(contact, is_again="again" in request.GET)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            stop_asking(contact=contact)
            return _page(contact)  # a redirect is not allowed here (RFC 8058, 3.1)
        return _decide(request, contact)


def _decide(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Do what the page's own form says; without its tick, show it again."""
    is_back = request.POST.get("lift") == "1"
    language = translation.get_language()
    form = StopForm(request.POST, is_back=is_back, language=language)
    if not form.is_valid():
        return _page(contact, form=form)
    if is_back:
        ask_again(contact=contact)
        return HttpResponseRedirect(f"?again&language={language}")
    stop_asking(contact=contact)
    return HttpResponseRedirect(f"?language={language}")


def _page(
    contact: Contact, *, form: StopForm | None = None, is_again: bool = False
) -> HttpResponse:
    """Render without the request, which could open a session and thus set a cookie.

    ``is_again``: the contact has just taken the opt-out back. With a ``form`` that has errors
    there is no switch of language: it would lose the error.
    """
    language = translation.get_language()
    brand = current_brand()
    has_stopped = contact.opted_out_at is not None
    context = {
        "contact": contact,
        "brand": brand,
        "firm_name": brand.name,
        "form": render_crispy_form(form or StopForm(is_back=has_stopped, language=language)),
        "since": has_stopped and timezone.localdate(contact.opted_out_at),
        "is_again": is_again and not has_stopped,
        "languages": "" if form else switch_markup(language),
        "privacy_url": settings.PRIVACY_URL,
        "style": client_style(brand),
    }
    html = render_to_string("surveys/stop.html", context)
    return StyledResponse(html, style=context["style"])
