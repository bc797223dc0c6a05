"""The views that somebody keeps of the dashboard: each one's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ambassadors.steering import saved
from ambassadors.steering.models import DashboardView
from staff import kept_views
from staff.keeping import RefusedError
from staff.kept_form import ViewNameForm
from staff.roles import Right, requires, signed_in

_BACK = "dashboard-views:views"


@require_safe
@requires(Right.SEE_DASHBOARD)
def saved_views(request: HttpRequest) -> HttpResponse:
    """Show the user's own views: to rename, delete, or start with."""
    return _views_page(request)


@require_POST
@requires(Right.SEE_DASHBOARD)
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep what the address says under a name."""
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        return _views_page(request, form=form)
    name = form.cleaned_data["name"]
    try:
        view = saved.save_view(owner=signed_in(request), name=name, query=request.GET)
    except RefusedError as refused:
        form.add_error("name", str(refused))
        return _views_page(request, form=form)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(view.address)


@require_POST
@requires(Right.SEE_DASHBOARD)
def rename_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    return kept_views.rename(request, _own_view(request, pk), back=_BACK)


@require_POST
@requires(Right.SEE_DASHBOARD)
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    return kept_views.delete(request, _own_view(request, pk), back=_BACK)


@require_POST
@requires(Right.SEE_DASHBOARD)
def start_with_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the dashboard with a view from now on, or, when it already does, no longer."""
    return kept_views.start(request, _own_view(request, pk), back=_BACK)


def _own_view(request: HttpRequest, pk: int) -> DashboardView:
    return get_object_or_404(DashboardView.objects.filter(owner=signed_in(request)), pk=pk)


def _views_page(request: HttpRequest, *, form: ViewNameForm | None = None) -> HttpResponse:
    """Render the views; with ``form`` also the one that could not be kept, and why."""
    views = DashboardView.objects.filter(owner=signed_in(request))
    address = f"{reverse('dashboard-views:save-view')}?{saved.query_to_keep(request.GET)}"
    context = {"views": views, "form": form, "address": address}
    return render(request, "steering/views.html", context)
