"""The page of one invitation: who was asked about what, everything that happened, and reopening.

Looking changes nothing. Who prepares invitations sees the page; who may hold them back may reopen:
never the account manager alone, who would be tempted to ask for a better answer.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.roles import Right, requires, signed_in
from surveys.actions import reopen, undo_reopening
from surveys.actions.holding import Conflict
from surveys.asked import Stage, stage_of
from surveys.course import course_of
from surveys.models import Invitation
from surveys.returned import reports_of
from surveys.staff_forms import ReopenForm

_NAMED = (
    "delivery",
    "project_contact__contact__client",
    "project_contact__project__client",
    "project_contact__project__account_manager__supervisor",
)


@require_safe
@requires(Right.PREPARE_INVITATIONS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one invitation with its course."""
    user, now = signed_in(request), timezone.now()
    visible = Invitation.objects.visible_to(user).select_related(*_NAMED)
    invitation = get_object_or_404(visible.defer("delivery__message"), pk=pk)
    is_reader = Invitation.objects.read_by(user).filter(pk=pk).exists()
    stage = stage_of(invitation, now)
    context = {
        "invitation": invitation,
        "part": invitation.project_contact,
        "stage": stage,
        "is_reader": is_reader,
        "course": course_of(invitation, is_reader=is_reader),
        "reports": reports_of(invitation),
        "may_reopen": Invitation.objects.decided_by(user).filter(pk=pk).exists(),
        "can_reopen": stage == Stage.ANSWERED and invitation.reopened_at is None,
        "now": now,
    }
    return render(request, "invitations/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.HOLD_INVITATIONS)
def reopen_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, and let the client answer anew."""
    user = signed_in(request)
    own = Invitation.objects.decided_by(user).select_related(*_NAMED)
    invitation = get_object_or_404(own, pk=pk)
    contact = invitation.contact
    can_be_mailed = contact.opted_out_at is None and contact.bounced_at is None
    form = ReopenForm(request.POST or None, can_be_mailed=can_be_mailed)
    if not form.is_valid():
        context = {"form": form, "invitation": invitation, "can_be_mailed": can_be_mailed}
        return render(request, "invitations/reopen.html", context)
    try:
        reopen(invitation=invitation, actor=user, **{"is_mailed": False, **form.cleaned_data})
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        text = _("%(name)s can answer anew. Until then the earlier answer stands.")
        messages.success(request, text % {"name": contact.name})
    return redirect("invitations:detail", pk=pk)


@require_POST
@requires(Right.HOLD_INVITATIONS)
def undo_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave it at the answer that stands."""
    user = signed_in(request)
    invitation = get_object_or_404(Invitation.objects.decided_by(user), pk=pk)
    try:
        undo_reopening(invitation=invitation, actor=user)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("The reopening is undone. The earlier answer stands."))
    return redirect("invitations:detail", pk=pk)
