"""The inbox: what asks for action, everything about one alert, and what can be done about it.

Opening a page never changes anything, so the link in a mail is safe to follow. Every action is a
POST that works without JavaScript and ends on the alert's own page. Whoever is second, or whose
form is faulty, gets that page with what they wrote.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts import actions
from alerts.call_guides import guide_for
from alerts.course import course_of, event_steps
from alerts.filters import where
from alerts.forms import (
    AcknowledgeForm,
    CloseForm,
    ContactForm,
    FencedForm,
    FollowUpForm,
    NoteForm,
    ReassignForm,
    ReopenForm,
    SnoozeForm,
)
from alerts.late_mail import late_mail, late_mails
from alerts.lead_pages import lead_context
from alerts.listing import list_context
from alerts.models import Alert, AlertQuerySet, Lead
from alerts.panels import panels_of
from alerts.story import last_contact_with, sees_invitation, story_of
from staff.models import User
from staff.roles import Right, requires, signed_in
from surveys.actions.adding import write_follow_up
from surveys.actions.holding import Conflict as AlreadyTold
from surveys.models import FollowUp

CONFLICT = 409
Verb = Callable[..., None]
# Of an answer, for its page.
_PARTS = (
    "response__services",
    "response__later_answers",
    "response__consents",
    "response__call_requests",
    "clocks__steps",
)


@require_safe
@requires(Right.WORK_ALERTS)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the list; on a wide screen with the first alert opened beside it.

    An address that says nothing leads to the view that the user starts with.
    """
    user = signed_in(request)
    if not request.GET and (start := user.saved_views.filter(is_start=True).first()):
        return redirect(start.address)
    context = list_context(request, user)
    first = next(iter(context["page"]), None)
    if isinstance(first, Lead):
        context |= lead_context(Lead.objects.with_page().get(pk=first.pk), user)
    if isinstance(first, Alert):
        alert = _whole(own := context["visible"]).get(pk=first.pk)
        context |= _alert_context(alert, user, visible=own)
    return render(request, "alerts/list.html", context)


@require_safe
@requires(Right.WORK_ALERTS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one alert, whole; ``?do=contact`` with that form open, also without JavaScript."""
    user = signed_in(request)
    alert = _readable_alert(user, pk)
    return _detail(request, user, alert, opened=request.GET.get("do", ""))


@require_POST
@requires(Right.WORK_ALERTS)
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an alert up. Nothing was typed, so whoever is second only hears who was first."""
    user = signed_in(request)
    alert = _readable_alert(user, pk)
    form = AcknowledgeForm(request.POST, alert=alert)
    try:
        if not form.is_stale:
            _require_may_work(user, alert)
        actions.acknowledge(alert=alert, actor=user, seen=form.seen)
    except actions.Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("You have taken this alert up."))
    return _back_to(request, alert)


@require_POST
@requires(Right.WORK_ALERTS)
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a contact, or a try, and what comes next."""
    return _work(request, pk, ContactForm, actions.log_contact, _("The contact is saved."))


@require_POST
@requires(Right.WORK_ALERTS)
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an alert off until a day."""
    return _work(request, pk, SnoozeForm, actions.snooze, _("This alert is put off."))


@require_POST
@requires(Right.WORK_ALERTS)
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """End a snooze before its time."""
    return _work(request, pk, FencedForm, actions.wake, _("This alert asks for action again."))


@require_POST
@requires(Right.WORK_ALERTS)
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an alert over to a colleague, who is mailed at once."""
    return _work(request, pk, ReassignForm, actions.reassign, _("This alert is handed over."))


@require_POST
@requires(Right.WORK_ALERTS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an alert with what came of it."""
    return _work(request, pk, CloseForm, actions.close, _("This alert is closed."))


@require_POST
@requires(Right.WORK_ALERTS)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed alert again."""
    return _work(request, pk, ReopenForm, actions.reopen, _("This alert is open again."))


@require_POST
@requires(Right.WORK_ALERTS)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note down: also whoever handed the alert over may know something more."""
    user = signed_in(request)
    alert = _readable_alert(user, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, user, alert, forms={"note": form}, opened="note")
    actions.add_note(alert=alert, actor=user, note=form.cleaned_data["note"])
    messages.success(request, _("Your note is saved."))
    return _back_to(request, alert)


@require_POST
@requires(Right.WORK_ALERTS)
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what the client will be told, as long as no invitation told it."""
    user = signed_in(request)
    alert = _readable_alert(user, pk)
    _require_may_work(user, alert)
    form = FollowUpForm(request.POST, alert=alert)
    if not form.is_valid():
        return _detail(request, user, alert, follow_up_form=form)
    try:
        text = form.cleaned_data["follow_up"]
        write_follow_up(response=alert.response, author=user, text=text)
    except AlreadyTold as told:
        messages.warning(request, str(told))
    else:
        messages.success(request, _("What the client is told is saved."))
    return _back_to(request, alert)


def _work(
    request: HttpRequest, pk: int, form_class: type[FencedForm], verb: Verb, done: str
) -> HttpResponse:
    """Do ``verb`` with what a form says; else show the page again, with every word of it.

    Whether somebody was first is asked before whether this user may still act: of an alert that
    was just handed over, that is the answer.
    """
    user = signed_in(request)
    form = form_class(request.POST, alert=_readable_alert(user, pk))
    if form.is_stale:
        return _conflict(request, user, form)
    _require_may_work(user, form.alert)
    if not form.is_valid():
        return _again(request, user, form)
    try:
        verb(alert=form.alert, actor=user, seen=form.seen, **form.arguments())
    except actions.Conflict:
        return _conflict(request, user, form)
    except AlreadyTold as told:
        form.add_error("follow_up", str(told))
        return _again(request, user, form)
    messages.success(request, done)
    return _back_to(request, form.alert)


def _again(request: HttpRequest, user: User, form: FencedForm) -> HttpResponse:
    """Show a faulty form on the alert's page."""
    name = form.id_prefix
    return _detail(request, user, form.alert, forms={name: form}, opened=name)


def _conflict(request: HttpRequest, user: User, form: FencedForm) -> HttpResponse:
    """Show what the other did, and give back what was written: in its form, else in a note."""
    alert = _readable_alert(user, form.alert.pk)
    seen = alert.version - 1 if form.seen is None else form.seen
    missed = event_steps(alert, after_version=seen)
    again = type(form)({**request.POST.dict(), "version": str(alert.version)}, alert=alert)
    kept = NoteForm(initial={"note": form.typed()})
    fits = _may_work(user, alert) and alert.is_closed == (form.id_prefix == "reopen")
    opened = form.id_prefix if fits else "note" if form.typed() else ""
    response = _detail(
        request,
        user,
        alert,
        forms={form.id_prefix: again, "note": kept},
        opened=opened,
        missed=missed,
    )
    response.status_code = CONFLICT
    return response


def _readable_alert(user: User, pk: int) -> Alert:
    """Return an alert that ``user`` may look at, with what its page shows; else 404."""
    return get_object_or_404(_whole(Alert.objects.readable_by(user)), pk=pk)


def _whole(alerts: AlertQuerySet) -> AlertQuerySet:
    """Return ``alerts`` with what the page of one shows."""
    whole = alerts.with_story().select_related("response__lead__owner")
    return whole.prefetch_related(*_PARTS, late_mail(timezone.now()))


def _may_work(user: User, alert: Alert) -> bool:
    """Tell whether ``user`` may act on the alert: its owner, those above them, and management."""
    return Alert.objects.visible_to(user).filter(pk=alert.pk).exists()


def _require_may_work(user: User, alert: Alert) -> None:
    """Raise PermissionDenied for whoever may only look."""
    if not _may_work(user, alert):
        raise PermissionDenied


def _back_to(request: HttpRequest, alert: Alert) -> HttpResponse:
    """Redirect to the alert, at the place in the list from which it was opened."""
    place = where(request.GET.dict())
    return redirect(reverse("alerts:detail", args=[alert.pk]) + (place if place != "?" else ""))


def _detail(
    request: HttpRequest,
    user: User,
    alert: Alert,
    *,
    forms: dict[str, Any] | None = None,
    opened: str = "",
    **more: Any,
) -> HttpResponse:
    """Show an alert; ``forms`` are bound ones, in place of fresh, and ``opened`` is unfolded."""
    context = list_context(request, user, alert=alert)
    context |= _alert_context(alert, user, visible=context["visible"], forms=forms or {})
    return render(request, "alerts/detail.html", {**context, "opened": opened, **more})


def _alert_context(
    alert: Alert,
    user: User,
    *,
    visible: AlertQuerySet,
    forms: dict[str, Any] | None = None,
) -> dict[str, Any]:
    story = story_of(alert.response)
    own = _visible_among([alert, *story.open_alerts, *story.earlier_alerts], visible)
    told = FollowUp.objects.select_related("told_in", "author").filter(response=alert.response_id)
    follow_up = told.first()
    typed = {"follow_up": follow_up.text if follow_up else ""}
    return {
        "alert": alert,
        "story": story,
        "guide": guide_for(alert.group, get_language() or ""),
        "last_contact": last_contact_with(alert.response.contact),
        "may_work": alert.pk in own,
        "visible_alerts": own,
        "course": course_of(alert, reader=user),
        "panels": panels_of(alert, user),
        "late_mails": late_mails(alert, now=timezone.now()),
        "sees_invitation": sees_invitation(alert.response, user),
        "later_answers": list(alert.response.later_answers.all()),
        "forms": {**_fresh_forms(alert), **(forms or {})},
        "follow_up": follow_up,
        "follow_up_form": FollowUpForm(alert=alert, initial=typed),
    }


def _fresh_forms(alert: Alert) -> dict[str, Any]:
    """Return what can be filled in about ``alert`` as it stands."""
    if alert.is_closed:
        return {"note": NoteForm(), "reopen": ReopenForm(alert=alert)}
    fenced = (ContactForm, SnoozeForm, ReassignForm, CloseForm)
    return {"note": NoteForm(), **{form.id_prefix: form(alert=alert) for form in fenced}}


def _visible_among(alerts: list[Alert], visible: AlertQuerySet) -> set[int]:
    """Return which of ``alerts`` are among the ``visible``: those that somebody may open and
    work."""
    mine = visible.filter(pk__in=[alert.pk for alert in alerts]).order_by()
    return set(mine.values_list("pk", flat=True))
