"""The root causes: an administrator names them, orders them, and takes them out of use.

A cause is never deleted, because closed alerts keep it; an own name of a standard cause can be
given up for the product's.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.causes import Causes, KnownCause, new_code, use_standard_cause, write_cause
from alerts.settings_forms import CauseForm
from staff.roles import Right, requires, signed_in


@require_safe
@requires(Right.ADMINISTER)
def cause_list(request: HttpRequest) -> HttpResponse:
    """Show every cause in order, those out of use too."""
    return render(request, "causes/list.html", {"causes": list(Causes())})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def add(request: HttpRequest) -> HttpResponse:
    """Add a cause of the firm's own."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Show one cause, and store what was typed."""
    return _edit(request, _known(code))


@require_POST
@requires(Right.ADMINISTER)
def use_standard(request: HttpRequest, code: str) -> HttpResponse:
    """Go back to a standard cause as the product has it."""
    if not _known(code).is_standard:
        raise Http404
    use_standard_cause(code)
    messages.success(request, _("The standard cause is used again."))
    return redirect("causes:list")


def _edit(request: HttpRequest, cause: KnownCause | None) -> HttpResponse:
    form = CauseForm(request.POST or None, cause=cause)
    if not form.is_valid():
        return render(request, "causes/edit.html", {"cause": cause, "form": form})
    write_cause(
        code=cause.code if cause else new_code(),
        names=form.names,
        order=form.cleaned_data["order"],
        is_active=form.cleaned_data["is_active"],
        author=signed_in(request),
    )
    messages.success(request, _("The cause is saved."))
    return redirect("causes:list")


def _known(code: str) -> KnownCause:
    """Return the cause with this code; else 404."""
    cause = Causes().find(code)
    if cause is None:
        raise Http404
    return cause
