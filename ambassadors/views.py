"""The front door, and the answers to whoever watches over the installation."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ambassadors.monitoring import exposition, liveness, may_read_metrics, readiness
from outbox.models import Lane
from staff.roles import Right, has_right, signed_in


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to their own work: management to the dashboard, others to the inbox."""
    user = signed_in(request)
    if has_right(user, Right.SEE_DASHBOARD):
        return redirect("dashboard:overview")
    return redirect("alerts:list")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when this process can reach the database, 503 when it cannot.

    What stalls is in the body and not in the status: a page for a person, JSON for a program.
    """
    is_alive, body = liveness()
    status = 200 if is_alive else 503
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        # Without the request: no frame of a staff page, which would ask the database for a user.
        lanes = [Lane[name.upper()].label for name in body.get("lanes", ())]
        page = render_to_string("health.html", {**body, "lanes": lanes})
        response = HttpResponse(page, status=status)
    else:
        response = JsonResponse(body, status=status)
    patch_vary_headers(response, ["Accept"])
    return response


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the whole installation does its work, else 503 with what does not."""
    is_ready, body = readiness()
    return JsonResponse(body, status=200 if is_ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures as Prometheus reads them; 404 for whoever may not read them."""
    if not may_read_metrics(request):
        return HttpResponse("not found\n", content_type="text/plain", status=404)
    try:
        text, content_type = exposition(request.headers.get("Accept", ""))
    except Error:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse(text, content_type=content_type)
