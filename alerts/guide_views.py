"""The call guides: an administrator writes a few questions, by group and language."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.call_guides import GROUPS, standard_guide, use_standard_guide, write_guide
from alerts.models import CallGuide
from alerts.settings_forms import GuideForm
from staff.roles import Right, requires, signed_in
from surveys.models import Group


@require_safe
@requires(Right.ADMINISTER)
def guide_list(request: HttpRequest) -> HttpResponse:
    """Show the guide of every group in every language: the firm's own, or the product's."""
    guides = CallGuide.objects.select_related("changed_by")
    own = {(guide.group, guide.language): guide for guide in guides}
    rows = [
        {
            "group": group,
            "language": language,
            "name": name,
            "guide": own.get((group, language)),
            "questions": _body_of(own.get((group, language)), group, language).splitlines(),
        }
        for group in GROUPS
        for language, name in settings.STAFF_LANGUAGES
    ]
    return render(request, "guides/list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def edit(request: HttpRequest, group: str, language: str) -> HttpResponse:
    """Show one guide, and store what was typed."""
    _known(group, language)
    own = CallGuide.objects.select_related("changed_by").filter(group=group, language=language)
    guide = own.first()
    typed = {"body": _body_of(guide, group, language)}
    form = GuideForm(request.POST or None, language=language, initial=typed)
    if form.is_valid():
        body = form.cleaned_data["body"]
        write_guide(group=group, language=language, body=body, author=signed_in(request))
        messages.success(request, _("The questions are saved. They stand beside every alert now."))
        return redirect("guides:edit", group, language)
    context = {
        "group": Group(group),
        "language": language,
        "language_name": dict(settings.STAFF_LANGUAGES)[language],
        "own": guide,
        "form": form,
        "standard": standard_guide(group, language).splitlines(),
    }
    return render(request, "guides/edit.html", context)


@require_POST
@requires(Right.ADMINISTER)
def use_standard(request: HttpRequest, group: str, language: str) -> HttpResponse:
    """Go back to the product's own questions."""
    _known(group, language)
    use_standard_guide(group=group, language=language)
    messages.success(request, _("The standard questions are used again."))
    return redirect("guides:edit", group, language)


def _body_of(guide: CallGuide | None, group: str, language: str) -> str:
    return guide.body if guide else standard_guide(group, language)


def _known(group: str, language: str) -> None:
    """Raise 404 for a group without calls, or a language that colleagues do not work in."""
    if group not in GROUPS or language not in dict(settings.STAFF_LANGUAGES):
        raise Http404
