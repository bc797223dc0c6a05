"""The questionnaires: which version is asked at which moment, in which words.

Looking changes nothing. A version that was sent can only be read; changing it makes a new one.
"""

from collections.abc import Callable
from typing import cast

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.branding import current_brand
from staff.roles import Right, requires, signed_in
from surveys.actions import questionnaires as actions
from surveys.models import Questionnaire, Touchpoint
from surveys.page_style import StyledResponse, client_style, policy_for
from surveys.questionnaire_forms import QuestionnaireForm
from surveys.questionnaire_overview import gaps, moments, use_of
from surveys.questionnaire_preview import sample_form, sample_invitation
from surveys.questions import NAMES, in_words
from surveys.views import page_context


@require_safe
@requires(Right.ADMINISTER)
def listing(request: HttpRequest) -> HttpResponse:
    """Show every moment of asking with its versions."""
    context = {"moments": moments(), "fatigue_days": settings.SURVEY_FATIGUE_DAYS}
    return render(request, "questionnaires/list.html", context)


@require_POST
@requires(Right.ADMINISTER)
def new(request: HttpRequest, touchpoint: str) -> HttpResponse:
    """Open the version of a touchpoint that can be changed; make one if there is none."""
    if touchpoint not in Touchpoint.values:
        raise Http404
    made = actions.start_version(touchpoint=touchpoint, actor=signed_in(request))
    return redirect("questionnaires:detail", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one version; take its changes as long as it was never sent."""
    version = _version(pk)
    form = QuestionnaireForm(request.POST or None, questionnaire=version)
    if request.method == "POST" and form.is_valid():
        return _changed(request, version, form)
    context = {
        "version": version,
        "form": None if version.is_frozen and not form.errors else form,
        "languages": dict(settings.CLIENT_LANGUAGES),
        "gaps": gaps(version),
        "use": use_of(version),
        "wordings": [] if not version.is_frozen else _wordings(version),
    }
    return render(request, "questionnaires/detail.html", context)


@xframe_options_sameorigin
@require_safe
@requires(Right.ADMINISTER)
def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Show the client's page of one version, as it is stored now, in ``language``."""
    version = _version(pk)
    if language not in dict(settings.CLIENT_LANGUAGES):
        raise Http404
    sample = sample_invitation(version, asker=signed_in(request), language=language)
    with translation.override(language):
        brand = current_brand()
        style = client_style(brand)
        context = page_context(sample, sample_form(version, language))
        context = {**context, "brand": brand, "stop_link": "#main", "style": style}
        response = StyledResponse(render_to_string("surveys/page.html", context), style=style)
    # As the client's page, but for the frame it stands in; and nothing can be sent from it.
    policy = {**policy_for(style), "form-action": [NONE], "frame-ancestors": [SELF]}
    return cast("HttpResponse", csp_replace(policy)(lambda _request: response)(request))


@require_POST
@requires(Right.ADMINISTER)
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask with this version from the next run on."""
    version = _version(pk)
    _do(request, lambda: _put_to_use(request, version))
    return redirect("questionnaires:detail", pk=pk)


@require_POST
@requires(Right.ADMINISTER)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask with this version no more."""
    version = _version(pk)

    def act() -> str:
        actions.stop_using(questionnaire=version, actor=signed_in(request))
        if version.touchpoint == Touchpoint.PROJECT_CLOSE:
            return _("New invitations ask our standard questions again.")
        return _("Nobody is asked at this moment any more. Links that were sent keep working.")

    _do(request, act)
    return redirect("questionnaires:detail", pk=pk)


@require_POST
@requires(Right.ADMINISTER)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    version = _version(pk)

    def act() -> str:
        actions.discard(questionnaire=version, actor=signed_in(request))
        return _("The draft is thrown away.")

    is_gone = _do(request, act)
    return redirect("questionnaires:list") if is_gone else redirect("questionnaires:detail", pk=pk)


def _changed(request: HttpRequest, version: Questionnaire, form: QuestionnaireForm) -> HttpResponse:
    """Store the changes; by the second button, ask with them as well."""

    def act() -> str:
        user = signed_in(request)
        actions.change(questionnaire=version, content=form.content(), actor=user)
        is_to_be_used = "use" in request.POST and not version.is_active
        return _put_to_use(request, version) if is_to_be_used else _("Saved.")

    _do(request, act)
    return redirect("questionnaires:detail", pk=version.pk)


def _put_to_use(request: HttpRequest, version: Questionnaire) -> str:
    actions.put_to_use(questionnaire=version, actor=signed_in(request))
    return _("In use: whoever is invited from now on gets this version.")


def _do(request: HttpRequest, act: Callable[[], str]) -> bool:
    """Do ``act`` and say what came of it; False when somebody else was first."""
    try:
        messages.success(request, act())
    except actions.Conflict as conflict:
        messages.warning(request, str(conflict))
        return False
    return True


def _version(pk: int) -> Questionnaire:
    rows = Questionnaire.objects.select_related("created_by")
    return get_object_or_404(rows.prefetch_related("wordings", "services"), pk=pk)


def _wordings(version: Questionnaire) -> list[tuple[str, str, list[str]]]:
    """Return code and name of each language with the four questions as they are asked."""
    read = []
    for code, name in settings.CLIENT_LANGUAGES:
        with translation.override(code):
            questions = in_words(version, code)
            read.append((code, str(name), [str(questions.text(one)) for one in NAMES]))
    return read
