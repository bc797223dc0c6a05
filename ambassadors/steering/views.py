"""Team challenges: how one stands, for every colleague; starting and ending, for management."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ambassadors.steering import challenges
from ambassadors.steering.forms import ChallengeForm
from ambassadors.steering.models import Challenge, ChallengeQuerySet
from staff.models import User
from staff.roles import Right, has_right, requires, signed_in

_EARLIER = 20


@require_safe
@requires(Right.WORK_ALERTS)
def listing(request: HttpRequest) -> HttpResponse:
    """Show the challenge that runs, else the last one; nothing when there never was one."""
    return _page(request, Challenge.objects.begun(timezone.localdate()).first())


@require_safe
@requires(Right.WORK_ALERTS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one challenge; one that is still to come only to whoever starts them."""
    return _page(request, get_object_or_404(_visible_to(signed_in(request)), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.RUN_CHALLENGES)
def new(request: HttpRequest) -> HttpResponse:
    """Start a challenge."""
    posted = request.POST if request.method == "POST" else None
    form = ChallengeForm(posted, today=timezone.localdate())
    if form.is_valid():
        try:
            made = challenges.start_challenge(actor=signed_in(request), **form.cleaned_data)
        except challenges.OverlapError as overlap:
            form.add_error("first_on", str(overlap))
        else:
            messages.success(request, _("The challenge is saved."))
            return redirect("challenge:detail", made.pk)
    are_enough = challenges.able_divisions().count() >= challenges.LEAST_DIVISIONS
    return render(request, "steering/new.html", {"form": form, "are_enough": are_enough})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.RUN_CHALLENGES)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to end a challenge before its last day; end it."""
    challenge = get_object_or_404(Challenge, pk=pk)
    today = timezone.localdate()
    if request.method != "POST":
        if not challenge.can_be_ended(today):
            return redirect("challenge:detail", pk)
        context = {"challenge": challenge, "is_to_come": challenge.is_to_come(today)}
        return render(request, "steering/end.html", context)
    try:
        challenges.end_challenge(challenge=challenge, actor=signed_in(request))
    except challenges.OverError as over:
        messages.warning(request, str(over))
    else:
        messages.success(request, _("The challenge is ended."))
    return redirect("challenge:list")


def _visible_to(user: User) -> ChallengeQuerySet:
    if has_right(user, Right.RUN_CHALLENGES):
        return Challenge.objects.all()
    return Challenge.objects.begun(timezone.localdate())


def _page(request: HttpRequest, challenge: Challenge | None) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    may_run = has_right(signed_in(request), Right.RUN_CHALLENGES)
    earlier = Challenge.objects.begun(today)
    context: dict[str, Any] = {
        "challenge": challenge,
        "may_run": may_run,
        "earlier": [one for one in earlier[:_EARLIER] if one != challenge],
        "to_come": list(Challenge.objects.to_come(today)) if may_run else [],
    }
    if challenge is not None:
        context |= {
            "is_running": challenge.is_running(today),
            "is_to_come": challenge.is_to_come(today),
            "can_be_ended": may_run and challenge.can_be_ended(today),
            "standing": challenges.standing_of(challenge, now=now),
        }
    return render(request, "steering/challenge.html", context)
