"""The front door, and the answers to whoever watches over the installation."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ambassadors.monitoring import exposition, may_read_metrics, readiness
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
    """Answer 200 when this process can reach the database, 503 when it cannot."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


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
