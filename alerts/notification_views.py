"""How colleagues are told: each chooses for themselves what administrators leave to them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alerts.choosing import (
    Choices,
    allow_own_chat,
    choices_of,
    link_chat,
    may_add_chat,
    save_choices,
    unlink_chat,
)
from alerts.notification_forms import PreferencesForm, RulesForm
from alerts.ways import freedoms, rule
from staff.models import User
from staff.roles import Right, requires, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.WORK_ALERTS)
def preferences(request: HttpRequest) -> HttpResponse:
    """Show how I am told of each kind of news, or store it."""
    user = signed_in(request)
    choices = choices_of(user)
    form = _form(request, choices)
    if form.is_valid():
        _store(user, form)
        messages.success(request, _("Saved. From now on you are told this way."))
        return redirect("notifications:preferences")
    return render(request, "notifications/preferences.html", {"form": form, "choices": choices})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def rules(request: HttpRequest) -> HttpResponse:
    """Show what the firm leaves to each person, or decide it."""
    posted = request.POST if request.method == "POST" else None
    form = RulesForm(posted, freedoms=freedoms(), own_chat=may_add_chat())
    if form.is_valid():
        rule(form.cleaned_data, actor=signed_in(request))
        allow_own_chat(form.cleaned_data["own_chat"])
        messages.success(request, _("Saved. It holds for everybody from now on."))
        return redirect("notifications:rules")
    return render(request, "notifications/rules.html", {"form": form})


def _form(request: HttpRequest, choices: Choices) -> PreferencesForm:
    return PreferencesForm(
        request.POST if request.method == "POST" else None,
        chosen=choices.ways,
        freedoms=choices.freedoms,
        times=choices.times,
        chat=choices.chat,
        may_add_chat=choices.may_add_chat,
    )


def _store(user: User, form: PreferencesForm) -> None:
    data = form.cleaned_data
    if data.get("unlink_chat"):
        unlink_chat(user)
    if data.get("chat_url"):
        link_chat(user, url=data["chat_url"], service=form.chat_service)
    save_choices(
        user,
        ways=form.ways,
        daily_hour=data["daily_hour"],
        weekly_hour=data.get("weekly_hour"),
        weekday=form.weekday,
    )
