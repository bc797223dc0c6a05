"""Asking an ambassador for something concrete, from a + alert."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alerts.models import Alert
from ambassadors.programme.actions import (
    Conflict,
    NotNow,
    correct_answer,
    record_answer,
    record_ask,
)
from ambassadors.programme.forms import AnswerForm, AskForm, CorrectionForm
from ambassadors.programme.models import Ask
from ambassadors.programme.rule import obstacles, situation_of
from staff.models import User
from staff.roles import Right, requires, signed_in
from surveys.models import Group


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.WORK_ALERTS)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the person behind a + alert was asked for; say first why not to."""
    user, today = signed_in(request), timezone.localdate()
    alert = _positive_alert(user, pk)
    situation = situation_of(alert)
    found = obstacles(situation, on=today)
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, situation=situation, today=today)
    if form.is_valid():
        try:
            record_ask(alert=alert, actor=user, **form.arguments())
        except NotNow as advice:
            form.refuse(found := advice.obstacles)
        else:
            messages.success(request, _("What you asked is recorded."))
            return redirect("alerts:detail", alert.pk)
    else:
        form.show(found)
    context = {"alert": alert, "form": form, "obstacles": found, "counts": situation.counts}
    return render(request, "programme/ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.WORK_ALERTS)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the ambassador answered, or set a recorded yes or no right."""
    user = signed_in(request)
    asks = Ask.objects.visible_to(user).select_related("contact", "asked_by", "alert")
    ask = get_object_or_404(asks, pk=pk)
    posted = request.POST if request.method == "POST" else None
    form_class = AnswerForm if ask.is_undecided else CorrectionForm
    form = form_class(posted, ask=ask, today=timezone.localdate())
    if form.is_valid():
        verb = record_answer if ask.is_undecided else correct_answer
        try:
            verb(ask=ask, actor=user, **form.cleaned_data)
        except Conflict as conflict:
            messages.warning(request, str(conflict))
        else:
            messages.success(request, _("The answer is recorded."))
        return redirect("alerts:detail", ask.alert_id)
    return render(request, "programme/answer.html", {"ask": ask, "form": form})


def _positive_alert(user: User, pk: int) -> Alert:
    """Return a + alert that ``user`` works; else 404."""
    alerts = Alert.objects.visible_to(user).filter(group=Group.POSITIVE).with_story()
    return get_object_or_404(alerts, pk=pk)
