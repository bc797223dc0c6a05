"""The page of the invitations: who is asked in the next run, who is not and why, who is held back.

Looking changes nothing, and nothing here sends: the run does that by itself.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.roles import Right, requires, signed_in
from surveys.actions import holding
from surveys.asked import invited, rows_of
from surveys.models import Invitation, LeftOut, ProjectContact, Suppression
from surveys.preview import Preview, Tab
from surveys.sending_hours import next_run
from surveys.staff_forms import HoldForm, SearchForm

PER_PAGE = 50
_NAMES = 10  # projects without a contact that are named


@require_safe
@requires(Right.PREPARE_INVITATIONS)
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Show one tab of the page."""
    user, now = signed_in(request), timezone.now()
    preview = Preview(user, now=now)
    search = SearchForm(request.GET)
    words = search.cleaned_data["q"] if search.is_valid() else ""
    tab = _tab(request)
    nobody = preview.without_contact
    context = {
        "tab": tab,
        "search": search,
        "words": words,
        "number_asked": preview.number_asked,
        "reasons": [(LeftOut(reason), n) for reason, n in preview.reasons.most_common()],
        "number_left_out": preview.reasons.total(),
        "number_held": preview.held().in_force().count(),
        "number_without_contact": nobody.count(),
        "without_contact": nobody[:_NAMES],
        "number_invited": Invitation.objects.visible_to(user).count(),
        "next_run": next_run(now) if settings.INVITE_AUTOMATICALLY else None,
        **_page(request, preview, tab, words),
    }
    return render(request, "invitations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.HOLD_INVITATIONS)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why somebody is not to be asked, and hold them back."""
    user = signed_in(request)
    preview = Preview(user, now=timezone.now())
    own = preview.decidable().select_related("contact", "project__client")
    part = get_object_or_404(own, pk=pk)
    parts = list(own.filter(pk__in=preview.ids_asked_with(part)))
    form = HoldForm(request.POST or None)
    if not form.is_valid():
        context = {"part": part, "parts": parts, "form": form, "back": _list(request)}
        return render(request, "invitations/hold.html", context)
    try:
        touchpoint = preview.touchpoint_of(part)
        holding.suppress(
            project_contacts=parts, actor=user, touchpoint=touchpoint, **form.cleaned_data
        )
    except holding.Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("%(name)s is not asked.") % {"name": part.contact.name})
    return redirect(_list(request))


@require_POST
@requires(Right.HOLD_INVITATIONS)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody be asked after all."""
    user = signed_in(request)
    own = Suppression.objects.filter(project_contact__in=ProjectContact.objects.decided_by(user))
    suppression = get_object_or_404(own.select_related("project_contact__contact"), pk=pk)
    try:
        holding.lift(suppression=suppression, actor=user)
    except holding.Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        name = suppression.project_contact.contact.name
        messages.success(request, _("%(name)s may be asked again.") % {"name": name})
    return redirect(_list(request))


def _tab(request: HttpRequest) -> Tab:
    asked = request.GET.get("tab", "")
    return Tab(asked) if asked in list(Tab) else Tab.NEXT


def _page(request: HttpRequest, preview: Preview, tab: Tab, words: str) -> dict[str, Any]:
    """Return the rows of the tab, a page of them."""
    number = request.GET.get("page")
    if tab is Tab.INVITED:
        user = signed_in(request)
        made = Paginator(invited(user, words), PER_PAGE).get_page(number)
        return {"page": made, "rows": rows_of(list(made), user, now=timezone.now())}
    if tab is Tab.HELD:
        held = Paginator(preview.held(words), PER_PAGE).get_page(number)
        parts = [one.project_contact for one in held]
        decided = {row.part.pk for row in preview.rows(parts) if row.may_decide}
        return {"page": held, "decided": decided}
    asked = request.GET.get("reason", "")
    reason = LeftOut(asked) if asked in LeftOut.values else None
    rows = preview.asked(words) if tab is Tab.NEXT else preview.not_asked(reason, words)
    page = Paginator(rows, PER_PAGE).get_page(number)
    return {"page": page, "rows": preview.rows(list(page), tab), "reason": reason}


def _list(request: HttpRequest) -> str:
    """Return the address of the list as it was left: tab, reason, words and page."""
    address = reverse("invitations:list")
    return f"{address}?{request.GET.urlencode()}" if request.GET else address
