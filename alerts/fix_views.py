"""The structural list: what has to change by what closed alerts taught, and who sees to it.

Management sees all of it, others what is of their own alerts, of their team's, or theirs to do.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alerts.causes import Causes
from alerts.fix_forms import FixForm
from alerts.fixing import change_fix, grouped_by_cause, in_order_of_cause
from alerts.models import Alert, AlertQuerySet, Fix, FixChange
from alerts.working import Conflict
from staff.models import User
from staff.roles import Right, requires, signed_in
from surveys.models import FollowUp

PER_PAGE = 50
CONFLICT = 409


@require_safe
@requires(Right.WORK_ALERTS)
def listing(request: HttpRequest) -> HttpResponse:
    """Show what is still to be done or told, grouped by root cause; ``?show=all`` everything."""
    mine = Alert.objects.needing_fix(signed_in(request))
    is_whole = request.GET.get("show") == "all"
    shown = mine if is_whole else mine.fix_to_do()
    asked = in_order_of_cause(shown).with_story().select_related("fix__owner")
    page = Paginator(asked, PER_PAGE).get_page(request.GET.get("page"))
    groups = grouped_by_cause(list(page.object_list), mine)
    context = {"page": page, "groups": groups, "is_whole": is_whole, "has_any": mine.exists()}
    return render(request, "alerts/fixes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.WORK_ALERTS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how one fix stands, with all that was written about it, and take how it goes on."""
    user = signed_in(request)
    alert = get_object_or_404(_with_fix(user), pk=pk)
    form = FixForm(request.POST or None, fix=_fix_of(alert))
    if not form.is_valid():
        return _page(request, alert, form)
    try:
        change_fix(alert=alert, actor=user, seen=form.seen, **form.arguments())
    except Conflict as conflict:
        messages.warning(request, str(conflict))
        return _again(request, pk)
    messages.success(request, _("The fix is saved."))
    return redirect("alerts:fixes")


def _again(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back what was typed over what another did; the list if there is no fix any more."""
    alert = _with_fix(signed_in(request)).filter(pk=pk).first()
    if alert is None:
        return redirect("alerts:fixes")
    fix = _fix_of(alert)
    form = FixForm({**request.POST.dict(), "version": str(fix.version)}, fix=fix)
    return _page(request, alert, form, status=CONFLICT)


def _with_fix(user: User) -> AlertQuerySet:
    """Return the alerts whose fix ``user`` sees to."""
    return Alert.objects.needing_fix(user).with_story().select_related("fix__owner")


def _fix_of(alert: Alert) -> Fix:
    """Return how the fix stands; one that nobody touched is in memory only."""
    return getattr(alert, "fix", None) or Fix(alert=alert)


def _page(request: HttpRequest, alert: Alert, form: FixForm, *, status: int = 200) -> HttpResponse:
    visible = Alert.objects.readable_by(signed_in(request)).filter(pk=alert.pk)
    context = {
        "alert": alert,
        "form": form,
        "cause": Causes().name_of(alert.root_cause),
        "changes": FixChange.objects.filter(fix__alert=alert).select_related("actor", "owner"),
        "follow_up": FollowUp.objects.filter(response=alert.response_id).first(),
        "may_open": visible.exists(),
    }
    return render(request, "alerts/fix.html", context, status=status)
