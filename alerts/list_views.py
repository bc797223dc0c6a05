"""Beside the list: whether new alerts came, and the views that somebody keeps of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alerts import saved
from alerts.filters import where
from alerts.list_forms import SinceForm, ViewNameForm
from alerts.listing import narrowed
from alerts.models import SavedView
from staff.roles import Right, requires, signed_in


@require_safe
@requires(Right.WORK_ALERTS)
def fresh(request: HttpRequest) -> HttpResponse:
    """Tell how many alerts came since a page was made; 304 while that number stays the same."""
    user = signed_in(request)
    since = SinceForm(request.GET)
    if not since.is_valid():
        return HttpResponseBadRequest()
    own, tab, _form = narrowed(request, user)
    count = own.arrived(tab, after=since.cleaned_data["after"])
    text = ngettext("%(count)s new alert – show", "%(count)s new alerts – show", count)
    answer = JsonResponse({"count": count, "text": text % {"count": count}})
    etag = f'"{user.language}-{count}"'
    answer["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=answer) or answer


@require_safe
@requires(Right.WORK_ALERTS)
def saved_views(request: HttpRequest) -> HttpResponse:
    """Show the user's own views: to rename, delete, or start with."""
    return _views_page(request)


@require_POST
@requires(Right.WORK_ALERTS)
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the place that the address names under a name."""
    user = signed_in(request)
    own, tab, _form = narrowed(request, user)
    place = {"tab": tab.value, **own.filters.given}
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        return _views_page(request, form=form, place=place)
    try:
        view = saved.save_view(owner=user, name=form.cleaned_data["name"], place=place)
    except saved.RefusedError as refused:
        form.add_error("name", str(refused))
        return _views_page(request, form=form, place=place)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(view.address)


@require_POST
@requires(Right.WORK_ALERTS)
def rename_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    view = _own_view(request, pk)
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Give the view a name."))
        return redirect("alerts:views")
    try:
        saved.rename_view(view=view, name=form.cleaned_data["name"])
    except saved.RefusedError as refused:
        messages.warning(request, str(refused))
    return redirect("alerts:views")


@require_POST
@requires(Right.WORK_ALERTS)
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = _own_view(request, pk)
    view.delete()
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect("alerts:views")


@require_POST
@requires(Right.WORK_ALERTS)
def start_with_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the inbox with a view from now on, or, when it already does, no longer."""
    view = _own_view(request, pk)
    is_start = bool(request.POST.get("start"))
    saved.start_with(owner=view.owner, view=view if is_start else None)
    return redirect("alerts:views")


def _own_view(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(signed_in(request).saved_views.select_related("owner"), pk=pk)


def _views_page(
    request: HttpRequest,
    *,
    form: ViewNameForm | None = None,
    place: dict[str, str] | None = None,
) -> HttpResponse:
    """Render the views; with ``form`` also the one that could not be kept, and why."""
    address = reverse("alerts:save-view") + where(place) if place else ""
    context = {"views": signed_in(request).saved_views.all(), "form": form, "address": address}
    return render(request, "alerts/views.html", context)
