"""The board report on demand, and who gets it by mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ambassadors.board import months, words
from ambassadors.board.models import BoardSubscription
from ambassadors.board.reports import make_report
from ambassadors.board.subscribing import next_mail, subscribe, unsubscribe
from staff.roles import Right, requires, signed_in

_OFFERED = 12  # months to choose from


@never_cache
@require_safe
@requires(Right.SEE_DASHBOARD)
def report(request: HttpRequest) -> HttpResponse:
    """Return the report of a month that is over, the last one by default, as a PDF made now."""
    now = timezone.now()
    last = months.last_whole(timezone.localdate(now))
    asked = request.GET.get("month", "")
    month = months.parsed(asked) if asked else last
    if month is None or not months.after(last, -100 * 12) <= month <= last:
        raise Http404
    pdf = make_report(month, language=get_language() or "nl", now=now)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{words.file_name(month)}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.SEE_DASHBOARD)
def settings(request: HttpRequest) -> HttpResponse:
    """Show the reports of the last months, and let me choose to get them by mail, or no more."""
    user, now = signed_in(request), timezone.now()
    if request.method == "POST":
        if request.POST.get("mail") == "on":
            subscribe(user, now=now)
            messages.success(request, _("Saved. You get the report every month."))
        else:
            unsubscribe(user)
            messages.success(request, _("Saved. You get the report no more."))
        return redirect("board:settings")
    mine = BoardSubscription.objects.filter(user=user).select_related("user").first()
    last = months.last_whole(timezone.localdate(now))
    offered = [months.after(last, -ago) for ago in range(_OFFERED)]
    context = {
        "subscription": mine,
        "next_at": next_mail(mine, now=now) if mine else None,
        "months": [(f"{month:%Y-%m}", words.month_name(month)) for month in offered],
    }
    return render(request, "board/settings.html", context)
