"""One lead: all that is needed to phone, and what can be done about it.

As with alerts: opening changes nothing, every action is a POST that works without JavaScript and
ends on the lead's own page, and whoever is second gets that page with what they wrote.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts import lead_working
from alerts.filters import where
from alerts.forms import NoteForm
from alerts.lead_course import lead_steps
from alerts.lead_forms import LeadForm
from alerts.lead_pages import FORMS, fresh_forms, lead_context
from alerts.listing import list_context
from alerts.models import Lead
from alerts.working import Conflict
from staff.models import User
from staff.roles import Right, requires, signed_in

CONFLICT = 409
Verb = Callable[..., None]


@require_safe
@requires(Right.WORK_ALERTS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one lead, whole; ``?do=contact`` with that form open, also without JavaScript."""
    user = signed_in(request)
    return _detail(request, user, _visible_lead(user, pk), opened=request.GET.get("do", ""))


@require_POST
@requires(Right.WORK_ALERTS)
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a lead one's own. Nothing was typed, so whoever is second only hears who was first."""
    user = signed_in(request)
    lead = _visible_lead(user, pk)
    form = LeadForm(request.POST, lead=lead)
    try:
        lead_working.hand_lead_over(lead=lead, actor=user, owner=user, seen=form.seen)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("You have taken this lead over."))
    return _back_to(request, user, lead)


@require_POST
@requires(Right.WORK_ALERTS)
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a contact, or a try, and what comes next."""
    done = _("The contact is saved.")
    return _work(request, pk, "contact", lead_working.log_lead_contact, done)


@require_POST
@requires(Right.WORK_ALERTS)
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a lead to another stage, forward or back."""
    return _work(request, pk, "stage", lead_working.move_lead, _("The stage is saved."))


@require_POST
@requires(Right.WORK_ALERTS)
def value(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what a lead is expected to bring."""
    return _work(request, pk, "value", lead_working.appraise_lead, _("The value is saved."))


@require_POST
@requires(Right.WORK_ALERTS)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a lead over to a colleague, whose digest tells of it."""
    done = _("This lead is handed over.")
    return _work(request, pk, "hand_over", lead_working.hand_lead_over, done)


@require_POST
@requires(Right.WORK_ALERTS)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note down."""
    user = signed_in(request)
    lead = _visible_lead(user, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, user, lead, forms={"note": form}, opened="note")
    lead_working.note_lead(lead=lead, actor=user, note=form.cleaned_data["note"])
    messages.success(request, _("Your note is saved."))
    return _back_to(request, user, lead)


def _work(request: HttpRequest, pk: int, name: str, verb: Verb, done: str) -> HttpResponse:
    """Do ``verb`` with what a form says; else show the page again, with every word of it."""
    user = signed_in(request)
    lead = _visible_lead(user, pk)
    form = FORMS[name](request.POST, lead=lead)
    if form.is_stale:
        return _conflict(request, user, name, form)
    if not form.is_valid():
        return _detail(request, user, lead, forms={name: form}, opened=name)
    try:
        verb(lead=lead, actor=user, seen=form.seen, **form.arguments())
    except Conflict:
        return _conflict(request, user, name, form)
    messages.success(request, done)
    return _back_to(request, user, lead)


def _conflict(request: HttpRequest, user: User, name: str, form: LeadForm) -> HttpResponse:
    """Show what the other did, and give back what was written: in its form, else in a note."""
    lead = _visible_lead(user, form.lead.pk)
    seen = lead.version - 1 if form.seen is None else form.seen
    again = type(form)({**request.POST.dict(), "version": str(lead.version)}, lead=lead)
    kept = NoteForm(initial={"note": form.typed()})
    fits = name in fresh_forms(lead)
    opened = name if fits else "note" if form.typed() else ""
    response = _detail(
        request,
        user,
        lead,
        forms={name: again, "note": kept},
        opened=opened,
        missed=lead_steps(lead, after_version=seen),
    )
    response.status_code = CONFLICT
    return response


def _visible_lead(user: User, pk: int) -> Lead:
    """Return a lead that ``user`` sees and works, with what its page shows; else 404."""
    return get_object_or_404(Lead.objects.visible_to(user).with_page(), pk=pk)


def _back_to(request: HttpRequest, user: User, lead: Lead) -> HttpResponse:
    """Redirect to the lead, at the place in the list from which it was opened.

    Who handed it over and does not read that client's answers is led to the list.
    """
    place = where(request.GET.dict())
    if Lead.objects.visible_to(user).filter(pk=lead.pk).exists():
        address = reverse("alerts:lead", args=[lead.pk])
        return redirect(address + (place if place != "?" else ""))
    return redirect(reverse("alerts:list") + (place if place != "?" else "?tab=leads"))


def _detail(
    request: HttpRequest,
    user: User,
    lead: Lead,
    *,
    forms: dict[str, Any] | None = None,
    opened: str = "",
    **more: Any,
) -> HttpResponse:
    """Show a lead; ``forms`` are bound ones, in place of fresh, and ``opened`` is unfolded."""
    context = list_context(request, user, lead=lead)
    context |= lead_context(lead, user, forms={**fresh_forms(lead), **(forms or {})})
    return render(request, "alerts/lead.html", {**context, "opened": opened, **more})
