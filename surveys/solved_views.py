"""Is it solved for you? The page behind the one mail that follows the closing of a –.

Looking changes nothing; a link in the mail only preselects. The choice is all there is to fill in,
so a program that presses the button of a preselected page would answer: what comes faster than
anybody reads, or right behind its mail, is therefore asked to press once more. What fills in the
field that nobody can see is thanked and not stored.
"""

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.utils import render_crispy_form
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from outbox.models import KEPT
from staff.branding import current_brand
from surveys.actions.solving import answer_question
from surveys.languages import spoken, switch_markup
from surveys.models import SolvedQuestion, Verdict
from surveys.observing import seal, unseal
from surveys.page import readers_of, sealed
from surveys.page_style import StyledResponse, client_style
from surveys.solved_form import SolvedForm
from surveys.views import client_page, gone, unknown


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def solved(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether it is solved, or take the answer; afterwards thank, and take another one."""
    question = find_question(token)
    if question is None:
        return unknown(request)
    now = timezone.now()
    if question.last_answer is None and not question.is_open(now):
        return gone()
    with translation.override(spoken(request, question.language)):
        if request.method != "POST":
            return _page(question, token, _chosen(request), now=now)
        return _receive(request, question, token, now=now)


def find_question(token: str) -> SolvedQuestion | None:
    """Return the question that the mail with ``token`` asks, with all that its page names."""
    part = "response__invitation__project_contact"
    found = (
        SolvedQuestion.objects.by_token(token)
        .select_related(
            "delivery",
            f"{part}__contact",
            f"{part}__project__client",
            f"{part}__project__account_manager__supervisor",
            f"{part}__project__division__fallback",
        )
        .defer("delivery__message")
    )
    return found.prefetch_related("answers").first()


def _chosen(request: HttpRequest) -> str:
    """Return what the link preselects; nothing for what is no answer."""
    asked = request.GET.get("solved", "")
    return asked if asked in Verdict.values else ""


def _receive(
    request: HttpRequest, question: SolvedQuestion, token: str, *, now: datetime
) -> HttpResponse:
    """Take what the form says, or show it again with what is missing."""
    form = SolvedForm(request.POST, is_change=question.last_answer is not None)
    language = translation.get_language()
    if not form.is_trapped:
        if form.is_valid() and _looks_automatic(request, question, token, form, now):
            form.ask_once_more()
        if form.errors:
            seen = request.POST.get("seen", "")
            form.seen = seen if unseal(token, seen) else ""
            return _page(question, token, "", now=now, form=form)
        said = form.cleaned_data
        answer = answer_question(
            question=question,
            verdict=said["solved"],
            line=said["line"],
            language=language,
            now=now,
        )
        if answer is None:
            return gone()
    elif question.last_answer is None:
        verdict = request.POST.get("solved", "")
        return _heard(question, token, verdict, now=now, is_stored=False)
    return HttpResponseRedirect(f"?language={language}")


def _looks_automatic(
    request: HttpRequest, question: SolvedQuestion, token: str, form: SolvedForm, now: datetime
) -> bool:
    """Whether it was faster than anybody reads; or right behind its mail, without a word."""
    seen = unseal(token, request.POST.get("seen", ""))
    if seen is None or now - seen < timedelta(seconds=settings.HOLD_FASTER_THAN_SECONDS):
        return True
    mail = question.delivery
    if form.cleaned_data["line"] or mail is None or mail.sent_at is None or mail.transport == KEPT:
        return False
    return now - mail.sent_at < timedelta(seconds=settings.HOLD_AFTER_MAIL_SECONDS)


def _page(
    question: SolvedQuestion,
    token: str,
    chosen: str,
    *,
    now: datetime,
    form: SolvedForm | None = None,
) -> HttpResponse:
    """Show the question; once it is answered the thanks, with the way to another answer."""
    last = question.last_answer
    if last is not None:
        is_other = bool(chosen) and chosen != last.verdict
        return _heard(question, token, last.verdict, now=now, form=form, opens=is_other, to=chosen)
    markup = _markup(form or SolvedForm(chosen=chosen), token, now)
    return _render(
        "solved",
        question,
        form=markup,
        has_errors=form is not None,
        languages="" if form else switch_markup(translation.get_language(), chosen, "solved"),
    )


def _heard(
    question: SolvedQuestion,
    token: str,
    verdict: str,
    *,
    now: datetime,
    form: SolvedForm | None = None,
    is_stored: bool = True,
    opens: bool = False,
    to: str = "",
) -> HttpResponse:
    """Thank for ``verdict``. While the link lives another answer can be given."""
    fresh = form or SolvedForm(chosen=to if opens else "", is_change=True)
    may_change = is_stored and question.is_open(now)
    return _render(
        "heard",
        question,
        is_solved=verdict == Verdict.YES,
        last=(last := question.last_answer),
        heard_on=timezone.localdate(last.given_at if last else now),
        form=_markup(fresh, token, now) if may_change else "",
        is_opened=opens or form is not None,
        has_errors=form is not None,
        languages="" if form else switch_markup(translation.get_language()),
    )


def _markup(form: SolvedForm, token: str, now: datetime) -> SafeString:
    return sealed(render_crispy_form(form), form.seen or seal(token, now))


def _render(name: str, question: SolvedQuestion, **more: Any) -> HttpResponse:
    """Render without the request, as every page of the client."""
    brand, response = current_brand(), question.response
    context = {
        "contact": response.contact,
        "project": response.project,
        "readers": readers_of(response.project),
        "brand": brand,
        "firm_name": brand.name,
        "answered_on": timezone.localdate(response.submitted_at),
        "stop_link": f"../stop/?language={translation.get_language()}",
        "privacy_url": settings.PRIVACY_URL,
        "style": client_style(brand),
        **more,
    }
    html = render_to_string(f"surveys/{name}.html", context)
    return StyledResponse(html, style=context["style"])
