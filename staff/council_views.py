"""The works-council mode: what it does, what was decided about it, and the switch.

Every colleague may read: it is about them, and the works council is made of them.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staff.council import CouncilDecision
from staff.council_form import CouncilForm
from staff.roles import Right, has_right, requires, signed_in
from staff.works_council import UnchangedError, current_decision, decide

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.WORK_ALERTS)
def detail(request: HttpRequest) -> HttpResponse:
    """Show the mode and its log to everybody; let an administrator switch it with a reason."""
    user = signed_in(request)
    may_switch = has_right(user, Right.ADMINISTER)
    if request.method == "POST" and not may_switch:
        raise PermissionDenied
    current = current_decision()
    is_on = current is None or current.is_on
    form = CouncilForm(request.POST if request.method == "POST" else None, is_on=is_on)
    if form.is_valid():
        try:
            decide(actor=user, **form.cleaned_data)
        except UnchangedError as unchanged:
            messages.warning(request, str(unchanged))
        else:
            messages.success(request, _("Saved, with your name and reason."))
        return redirect("council:detail")
    log = CouncilDecision.objects.select_related("decided_by")
    page = Paginator(log, PER_PAGE).get_page(request.GET.get("page"))
    context = {"is_on": is_on, "form": form, "may_switch": may_switch, "page": page}
    return render(request, "council/detail.html", context)
