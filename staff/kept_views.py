"""Answers to what somebody does with one of their kept views, on whatever page it is of.

``back`` names the page that lists them. The view itself was fetched from its owner's own.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from staff.keeping import RefusedError, rename_view, start_with
from staff.kept import KeptView
from staff.kept_form import ViewNameForm
from staff.roles import signed_in


def rename(request: HttpRequest, view: KeptView, *, back: str) -> HttpResponse:
    """Give ``view`` the name that was posted, or say why not."""
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Give the view a name."))
        return redirect(back)
    try:
        rename_view(view=view, name=form.cleaned_data["name"])
    except RefusedError as refused:
        messages.warning(request, str(refused))
    return redirect(back)


def delete(request: HttpRequest, view: KeptView, *, back: str) -> HttpResponse:
    """Forget ``view``."""
    view.delete()
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(back)


def start(request: HttpRequest, view: KeptView, *, back: str) -> HttpResponse:
    """Open the page with ``view`` from now on, or, when it already does, no longer."""
    is_start = bool(request.POST.get("start"))
    start_with(type(view), owner=signed_in(request), view=view if is_start else None)
    return redirect(back)
