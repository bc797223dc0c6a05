"""The page on which administrators decide how the firm looks to its clients."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from staff.brand_form import BrandForm
from staff.branding import current_brand, memory, save_brand
from staff.contrast import DARK_PAPERS, LIGHT_PAPERS, for_dark, lowest_ratio
from staff.roles import Right, requires, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.ADMINISTER)
def edit(request: HttpRequest) -> HttpResponse:
    """Show the branding, show what is filled in as clients would see it, or save it.

    Only the button "save" stores anything.
    """
    memory.forget()  # another process may have saved a moment ago
    form = BrandForm(_posted(request), request.FILES or None, stored=current_brand())
    if form.is_valid() and "save" in request.POST:
        save_brand(form.look(), actor=signed_in(request))
        messages.success(request, _("Saved. Clients see it from now on."))
        return redirect("brand:edit")
    look = form.look()
    context = {
        "form": form,
        "brand": look,
        "on_light": look.accent and lowest_ratio(look.accent, LIGHT_PAPERS),
        "on_dark": look.accent and lowest_ratio(look.accent_in_dark, DARK_PAPERS),
        "is_live": "live" in request.POST,
    }
    return render(request, "brand/edit.html", context)


@require_safe
@requires(Right.ADMINISTER)
def colours(request: HttpRequest, accent: str) -> HttpResponse:
    """Return the sheet that gives the example its colours: the policy of the page lets in files."""
    css = f".sheet{{--firm:#{accent}}}.sheet.dark{{--firm:{for_dark('#' + accent)}}}"
    return HttpResponse(css, content_type="text/css")


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted; the button that offers a readable colour fills it in."""
    if request.method != "POST":
        return None
    posted = request.POST.copy()
    if offered := posted.get("take"):
        posted["accent"] = offered
    return posted
