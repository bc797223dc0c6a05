"""What administrators set for the whole firm."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from staff.roles import Right, requires


@require_safe
@requires(Right.ADMINISTER)
def settings_list(request: HttpRequest) -> HttpResponse:
    """List the pages of settings, each with one sentence."""
    return render(request, "settings/list.html")
