"""Absence: one's own, and that of a team for who leads it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.absence_form import AbsenceForm
from staff.absences import (
    Overlap,
    absences_managed_by,
    end_absence,
    people_managed_by,
    record_absence,
)
from staff.roles import Right, requires, signed_in


@require_safe
@requires(Right.WORK_ALERTS)
def absences(request: HttpRequest) -> HttpResponse:
    """List who is away or will be: oneself, one's team, for an administrator everybody."""
    user, today = signed_in(request), timezone.localdate()
    standing = absences_managed_by(user).standing().filter(last_on__gte=today)
    context = {
        "absences": list(standing.order_by("first_on", "user__name")),
        "today": today,
        "manages_others": people_managed_by(user).exclude(pk=user.pk).exists(),
    }
    return render(request, "absence/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.WORK_ALERTS)
def new(request: HttpRequest) -> HttpResponse:
    """Record an absence with its stand-in."""
    actor = signed_in(request)
    posted = request.POST if request.method == "POST" else None
    form = AbsenceForm(posted, actor=actor, today=timezone.localdate())
    if form.is_valid():
        try:
            absence = record_absence(actor=actor, **form.cleaned_data)
        except Overlap as overlap:
            form.add_error("first_on", str(overlap))
        else:
            said = _("Saved. %(name)s stands in, and is mailed.")
            messages.success(request, said % {"name": absence.stand_in.name})
            return redirect("absence:list")
    return render(request, "absence/new.html", {"form": form})


@require_POST
@requires(Right.WORK_ALERTS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an absence: somebody is back, or it was a slip."""
    absence = get_object_or_404(absences_managed_by(signed_in(request)), pk=pk)
    if end_absence(absence):
        said = _("New alerts go to %(name)s again.")
        messages.success(request, said % {"name": absence.user.name})
    return redirect("absence:list")
