"""The outbox as administrators read it: what left, when, to whom, and the mail as it was sent."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.forms import FilterForm
from outbox.framing import framed
from outbox.mailbox import mailbox_in_trouble
from outbox.models import Delivery, State
from outbox.reading import read
from staff.roles import Right, requires

DELIVERIES_ON_A_PAGE = 50


@require_safe
@requires(Right.SEE_OUTBOX)
def delivery_list(request: HttpRequest) -> HttpResponse:
    """List what left and what waits, the newest first."""
    form = FilterForm(request.GET)
    page = Paginator(form.deliveries(), DELIVERIES_ON_A_PAGE).get_page(request.GET.get("page"))
    counts = Delivery.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, State.CLAIMED])),
        undeliverable=Count("pk", filter=Q(state=State.UNDELIVERABLE)),
        came_back=Count("pk", filter=Q(bounced_at__isnull=False)),
    )
    context = {
        "form": form,
        "page": page,
        "counts": counts,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "earlier": _page_address(request.GET, page.number - 1),
        "later": _page_address(request.GET, page.number + 1),
        "has_mail_server": bool(settings.EMAIL_URL),
        "mailbox": mailbox_in_trouble(),
    }
    return render(request, "outbox/list.html", context)


@never_cache
@require_safe
@requires(Right.SEE_OUTBOX)
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one delivery: its state, every attempt, and the mail with personal links masked."""
    delivery = get_object_or_404(Delivery, pk=pk)
    context = {
        "delivery": delivery,
        "tries": delivery.tries.all(),
        "reports": delivery.reports.all(),
        "reading": read(delivery),
        "has_mail_server": bool(settings.EMAIL_URL),
    }
    return render(request, "outbox/detail.html", context)


@never_cache
@require_safe
@requires(Right.SEE_OUTBOX)
def delivery_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the HTML part alone, for the sandboxed frame on the detail page; 404 without one."""
    markup = read(get_object_or_404(Delivery, pk=pk)).html
    if not markup:
        raise Http404
    return framed(markup)


def _page_address(query: QueryDict, number: int) -> str:
    query = query.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()
