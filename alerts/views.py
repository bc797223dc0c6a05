"""The inbox: what asks for action, everything about one alert, and what can be done about it.

Opening a page never changes anything, so the link in a mail is safe to follow. Every action is a
POST that works without JavaScript and ends on the alert's own page.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts import actions
from alerts.course import course_of
from alerts.forms import CloseForm, FollowUpForm, NoteForm
from alerts.inbox import Inbox
from alerts.models import Alert
from alerts.story import Story, sees_invitation, story_of
from staff.models import User
from staff.roles import Right, requires, signed_in
from surveys.actions.adding import write_follow_up
from surveys.actions.holding import Conflict as AlreadyTold
from surveys.models import FollowUp

PER_PAGE = 50
# Of an answer, for list and page.
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
    """Show the list; on a wide screen with the first alert opened beside it."""
    user = signed_in(request)
    context = _list_context(request, user)
    first = next(iter(context["page"]), None)
    if first is not None:
        context |= _alert_context(first, user)
    return render(request, "alerts/list.html", context)


@require_safe
@requires(Right.WORK_ALERTS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one alert, whole."""
    user = signed_in(request)
    return _detail(request, user, _visible_alert(user, pk))


@require_POST
@requires(Right.WORK_ALERTS)
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an alert up."""
    user = signed_in(request)
    alert = _visible_alert(user, pk)
    try:
        actions.acknowledge(alert=alert, actor=user)
    except actions.Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("You have taken this alert up."))
    return _back_to(request, alert)


@require_POST
@requires(Right.WORK_ALERTS)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note down."""
    user = signed_in(request)
    alert = _visible_alert(user, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, user, alert, note_form=form)
    actions.add_note(alert=alert, actor=user, note=form.cleaned_data["note"])
    messages.success(request, _("Your note is saved."))
    return _back_to(request, alert)


@require_POST
@requires(Right.WORK_ALERTS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an alert with what came of it."""
    user = signed_in(request)
    alert = _visible_alert(user, pk)
    form = CloseForm(request.POST, alert=alert)
    if not form.is_valid() and not alert.is_closed:
        return _detail(request, user, alert, close_form=form)
    try:
        # Of an alert that was closed meanwhile even a faulty form ends in the conflict.
        actions.close(alert=alert, actor=user, **{"outcome": "", **form.cleaned_data})
    except actions.Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("This alert is closed."))
    return _back_to(request, alert)


@require_POST
@requires(Right.WORK_ALERTS)
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what the client will be told, as long as no invitation told it."""
    user = signed_in(request)
    alert = _visible_alert(user, pk)
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


def _visible_alert(user: User, pk: int) -> Alert:
    """Return an alert that ``user`` may see, with what its page shows; else 404."""
    alerts = Alert.objects.visible_to(user).with_story()
    return get_object_or_404(alerts.prefetch_related(*_PARTS), pk=pk)


def _back_to(request: HttpRequest, alert: Alert) -> HttpResponse:
    """Redirect to the alert, in the tab it was opened from."""
    address = reverse("alerts:detail", args=[alert.pk])
    tab = request.GET.get("tab", "")
    return redirect(f"{address}?tab={tab}" if tab.isalpha() else address)


def _detail(
    request: HttpRequest,
    user: User,
    alert: Alert,
    *,
    note_form: NoteForm | None = None,
    close_form: CloseForm | None = None,
    follow_up_form: FollowUpForm | None = None,
) -> HttpResponse:
    context = _list_context(request, user, alert=alert)
    context |= _alert_context(alert, user, note_form=note_form, close_form=close_form)
    if follow_up_form is not None:
        context["follow_up_form"] = follow_up_form
    return render(request, "alerts/detail.html", context)


def _list_context(
    request: HttpRequest, user: User, *, alert: Alert | None = None
) -> dict[str, Any]:
    now = timezone.now()
    own = Inbox(user, now=now)
    tab = own.tab(request.GET.get("tab", ""), alert=alert)
    alerts = own.alerts(tab).with_story().prefetch_related(*_PARTS)
    page = Paginator(alerts, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "now": now,
        "tabs": own.tabs(),
        "tab": tab,
        "page": page,
        "held_count": own.held_count(),
        "has_alerts": bool(page.object_list) or own.has_alerts(),
    }


def _alert_context(
    alert: Alert,
    user: User,
    *,
    note_form: NoteForm | None = None,
    close_form: CloseForm | None = None,
) -> dict[str, Any]:
    story = story_of(alert.response)
    told = FollowUp.objects.select_related("told_in", "author").filter(response=alert.response_id)
    follow_up = told.first()
    typed = {"follow_up": follow_up.text if follow_up else ""}
    return {
        "alert": alert,
        "story": story,
        "open_alerts": _with_visibility(story, user),
        "course": course_of(alert, reader=user),
        "sees_invitation": sees_invitation(alert, user),
        "later_answers": list(alert.response.later_answers.all()),
        "note_form": note_form or NoteForm(),
        "close_form": close_form or CloseForm(alert=alert),
        "follow_up": follow_up,
        "follow_up_form": FollowUpForm(alert=alert, initial=typed),
    }


def _with_visibility(story: Story, user: User) -> list[tuple[Alert, bool]]:
    """Pair each open alert at the client with whether ``user`` may open it."""
    ids = [alert.pk for alert in story.open_alerts]
    visible = set(Alert.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [(alert, alert.pk in visible) for alert in story.open_alerts]
