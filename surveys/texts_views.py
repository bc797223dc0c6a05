"""The texts of mails to clients: an administrator writes them, and sees each as it will arrive.

An example is made of what was typed and stored nowhere: its frame gets the text in its address,
signed, so that no link from elsewhere can show other words here.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outbox.framing import framed
from staff.roles import Right, requires, signed_in
from surveys import texts
from surveys.models import MailText, TextKind
from surveys.sample_mails import sample_mail, send_sample
from surveys.texts_forms import MEANINGS, TextForm, in_braces

_SALT = "texts.draft"
_DRAFT_SECONDS = 24 * 60 * 60


@require_safe
@requires(Right.ADMINISTER)
def text_list(request: HttpRequest) -> HttpResponse:
    """Show every mail in every language: the firm's own words, or the product's."""
    own = MailText.objects.select_related("changed_by").in_hand()
    rows = []
    for kind in TextKind:
        for language, name in settings.CLIENT_LANGUAGES:
            text = texts.own_text(own, kind, language)
            rows.append(
                {
                    "kind": kind,
                    "language": language,
                    "name": name,
                    "text": text,
                    "subject": (text or _standard(kind, language)).subject,
                    "is_borrowed": text is not None and text.kind != kind,
                }
            )
    return render(request, "texts/list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def edit(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Show one text with its example, and store what was typed."""
    _known(kind, language)
    now = _sent_now(kind, language)
    typed = {"subject": now.subject, "body": now.body}
    form = TextForm(request.POST or None, kind=kind, language=language, initial=typed)
    if not form.is_valid():
        shown = None if form.is_bound else now
        return _page(request, kind, language, form, shown)
    written = form.wording
    MailText.objects.write(
        kind=kind,
        language=language,
        subject=written.subject,
        body=written.body,
        author=signed_in(request),
    )
    messages.success(request, _("The text is saved. It stands in the mails made from now on."))
    return redirect("texts:edit", kind, language)


@require_POST
@requires(Right.ADMINISTER)
def preview(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Show what was typed as a mail; store nothing."""
    _known(kind, language)
    form = TextForm(request.POST, kind=kind, language=language)
    shown = form.wording if form.is_valid() else None
    return _page(request, kind, language, form, shown)


@require_POST
@requires(Right.ADMINISTER)
def send_test(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Mail what was typed to whoever typed it; what was typed stays on the screen."""
    _known(kind, language)
    user = signed_in(request)
    form = TextForm(request.POST, kind=kind, language=language)
    if not form.is_valid():
        return _page(request, kind, language, form, None)
    several = form.cleaned_data["several"]
    send_sample(kind=kind, language=language, wording=form.wording, user=user, several=several)
    if settings.EMAIL_URL:
        done = _("A test mail leaves for %(address)s. Clients get your text once you save it.")
    else:
        done = _("No mail server is set: the test mail to %(address)s is kept in the outbox.")
    messages.success(request, done % {"address": user.email})
    return _page(request, kind, language, form, form.wording)


@require_POST
@requires(Right.ADMINISTER)
def use_standard(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Go back to the product's own words."""
    _known(kind, language)
    MailText.objects.filter(kind=kind, language=language).delete()
    messages.success(request, _("The standard text is used again."))
    return redirect("texts:edit", kind, language)


@never_cache
@require_safe
@requires(Right.ADMINISTER)
def frame(request: HttpRequest, draft: str) -> HttpResponse:
    """Return the HTML part of an example for its frame; 404 for what we did not sign."""
    try:
        kind, language, subject, body, several = signing.loads(
            draft, salt=_SALT, max_age=_DRAFT_SECONDS
        )
    except signing.BadSignature:
        raise Http404 from None
    wording = texts.Wording(subject=subject, body=body)
    user = signed_in(request)
    mail = sample_mail(kind=kind, language=language, wording=wording, user=user, several=several)
    return framed(str(mail.alternatives[0][0]))


def _page(
    request: HttpRequest, kind: str, language: str, form: TextForm, shown: texts.Wording | None
) -> HttpResponse:
    """Draw the page of one text, with ``shown`` as an example."""
    own = MailText.objects.select_related("changed_by").filter(kind=kind, language=language)
    context = {
        "kind": TextKind(kind),
        "language": language,
        "language_name": dict(settings.CLIENT_LANGUAGES)[language],
        "own": own.first(),
        "form": form,
        "standard": _standard(kind, language),
        "meanings": [(in_braces((name,)), MEANINGS[name]) for name in texts.names_for(kind)],
        "example": shown and _example(request, kind, language, form, shown),
    }
    return render(request, "texts/edit.html", context)


def _example(
    request: HttpRequest, kind: str, language: str, form: TextForm, shown: texts.Wording
) -> dict[str, Any]:
    """Return subject and text of the example, and the address of the frame with its HTML."""
    several = form.is_bound and form.cleaned_data["several"]
    user = signed_in(request)
    mail = sample_mail(kind=kind, language=language, wording=shown, user=user, several=several)
    address = reverse("texts:frame", args=[draft_of(kind, language, shown, several=several)])
    return {"subject": mail.subject, "text": mail.body, "frame": address}


def draft_of(kind: str, language: str, wording: texts.Wording, *, several: bool = False) -> str:
    """Return a text as the address of its frame carries it: packed and signed."""
    said = [kind, language, wording.subject, wording.body, several]
    return signing.dumps(said, salt=_SALT, compress=True)


def _known(kind: str, language: str) -> None:
    """Raise 404 for a mail or a language that does not exist."""
    if kind not in TextKind.values or language not in dict(settings.CLIENT_LANGUAGES):
        raise Http404


def _standard(kind: str, language: str) -> texts.Wording:
    """Return the product's own words in ``language``."""
    with translation.override(language):
        return texts.standard(kind)


def _sent_now(kind: str, language: str) -> texts.Wording:
    """Return what mails say now."""
    own = texts.own_text(MailText.objects.all().in_hand(), kind, language)
    if own is None:
        return _standard(kind, language)
    return texts.Wording(subject=own.subject, body=own.body)
