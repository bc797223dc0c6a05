"""Answers on hold: what looks automatic waits here for a person's word."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from staff.models import User
from staff.roles import Right, requires, signed_in
from surveys.actions import confirm_held, dismiss_held
from surveys.models import HeldAnswer, Service
from surveys.suspicion import Sign

PER_PAGE = 50
_IN_WORDS = {
    Sign.TRAP: gettext_lazy("A field that nobody can see was filled in"),
    Sign.FAST: gettext_lazy("Sent within a few seconds of opening the page"),
    Sign.NO_TIME: gettext_lazy("The page does not say when it was opened"),
    Sign.AT_DELIVERY: gettext_lazy("Came within seconds of the mail leaving"),
    Sign.BURST: gettext_lazy("Several people answered from the same address in one minute"),
    Sign.NO_COMMENT: gettext_lazy("No explanation given"),
}


@require_safe
@requires(Right.WORK_ALERTS)
def listing(request: HttpRequest) -> HttpResponse:
    """Show what is on hold in the user's projects and their team's, the newest first."""
    held = HeldAnswer.objects.visible_to(signed_in(request)).on_hold()
    asked = held.select_related(
        "invitation__project_contact__contact",
        "invitation__project_contact__project__client",
        "invitation__project_contact__project__account_manager",
    )
    page = Paginator(asked, PER_PAGE).get_page(request.GET.get("page"))
    names = _service_names(page.object_list)
    rows = [
        {
            "held": one,
            "signs": signs_in_words(one),
            "services": [names[pk] for pk in one.answers.get("services", ()) if pk in names],
        }
        for one in page.object_list
    ]
    return render(request, "held/list.html", {"page": page, "rows": rows})


@require_POST
@requires(Right.WORK_ALERTS)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an answer after all: a person gave it."""
    user = signed_in(request)
    held = _visible(user, pk)
    if confirm_held(held=held, actor=user) is None:
        messages.warning(request, _already_decided())
    else:
        messages.success(request, _("The answer is recorded. Whoever must act on it knows now."))
    return redirect("held:list")


@require_POST
@requires(Right.WORK_ALERTS)
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an answer aside: no person gave it."""
    user = signed_in(request)
    if dismiss_held(held=_visible(user, pk), actor=user):
        messages.success(request, _("The answer is put aside. The client can still answer."))
    else:
        messages.warning(request, _already_decided())
    return redirect("held:list")


def signs_in_words(held: HeldAnswer) -> list[str]:
    """Return why ``held`` looks automatic; a sign of another version shows by its name."""
    known = {str(sign): words for sign, words in _IN_WORDS.items()}
    return [str(known.get(sign, sign)) for sign in held.signs]


def _visible(user: User, pk: int) -> HeldAnswer:
    """Return an answer that ``user`` may see, decided or not; else 404."""
    held = HeldAnswer.objects.visible_to(user).select_related("invitation")
    return get_object_or_404(held, pk=pk)


def _already_decided() -> str:
    return _("This answer is no longer on hold: somebody decided, or the client answered.")


def _service_names(held: Iterable[HeldAnswer]) -> dict[int, str]:
    """Return the labels of all services that ``held`` mention, in one query."""
    wanted = {pk for one in held for pk in one.answers.get("services", ())}
    return {service.pk: service.label for service in Service.objects.filter(pk__in=wanted)}
