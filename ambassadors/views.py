"""The front door, and the answer to "are you alive?"."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

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
