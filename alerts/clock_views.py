"""The pages on which administrators set terms, working hours and closing days."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.clock_forms import ClosingForm, HoursForm, TermsForm
from alerts.clock_words import example_in_words, hours_in_words, workplaces
from alerts.clocks import Terms
from alerts.escalation import TermsVersion
from alerts.timing import current_terms
from staff.hours import Closing, OpeningHours
from staff.models import Division
from staff.roles import Right, requires, signed_in
from staff.working_hours import WorkingHours


@require_safe
@requires(Right.ADMINISTER)
def overview(request: HttpRequest) -> HttpResponse:
    """Show the terms, and the hours of the firm and of each division, with an example."""
    terms = current_terms()
    context = {
        "terms": terms,
        "standard": Terms(),
        "version": TermsVersion.objects.select_related("set_by").first(),
        "workplaces": workplaces(terms, today=timezone.localdate()),
    }
    return render(request, "clocks/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def terms(request: HttpRequest) -> HttpResponse:
    """Show how long each step may take; store a new version."""
    form = TermsForm(_posted(request), initial=vars(current_terms()))
    if request.method == "POST" and form.is_valid():
        form.instance.set_by = signed_in(request)
        form.save()
        messages.success(request, _("Saved. Only new alerts get these terms."))
        return redirect("clocks:list")
    return render(request, "clocks/terms.html", {"form": form, "standard": Terms()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def hours(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show when the firm, or one division, works; store it."""
    division = None if pk is None else get_object_or_404(Division, pk=pk)
    row = OpeningHours.objects.filter(division=division).first() or OpeningHours(division=division)
    form = HoursForm(_posted(request), row=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. New alerts count with these hours."))
        return redirect("clocks:list")
    now_in_force = WorkingHours().of(pk)
    context = {
        "form": form,
        "division": division,
        "in_words": hours_in_words(now_in_force),
        "example": example_in_words(current_terms(), now_in_force, today=timezone.localdate()),
    }
    return render(request, "clocks/hours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def closing(request: HttpRequest) -> HttpResponse:
    """Add days on which the firm, or one division, is closed."""
    form = ClosingForm(_posted(request), initial={"division": request.GET.get("division")})
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. No clock of a new alert runs on these days."))
        return redirect("clocks:list")
    return render(request, "clocks/closing.html", {"form": form})


@require_POST
@requires(Right.ADMINISTER)
def remove_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on those days after all."""
    get_object_or_404(Closing, pk=pk).delete()
    messages.success(request, _("Removed. These days count as working days again."))
    return redirect("clocks:list")


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, also when nothing was filled in; None when somebody only looks."""
    return request.POST if request.method == "POST" else None
