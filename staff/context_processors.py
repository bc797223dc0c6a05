"""What every staff page needs to draw its frame."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from outbox.health import interruption
from staff.branding import current_brand
from staff.menu import entry_of, passing_links
from staff.models import User
from staff.roles import Right, has_right


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return firm name, whether mail can leave, and what decides the menu: rights, and the page.

    Administrators also hear when a mail server refuses everything we bring.

    A request without a user (the client's page, an error before sign-in) gets no rights.
    """
    context: dict[str, Any] = {
        "firm_name": current_brand().name,
        "has_mail_server": bool(settings.EMAIL_URL),
        "rights": {},
        "entry": entry_of(request.resolver_match),
    }
    if request.path.startswith("/s/"):
        return context
    user = getattr(request, "user", None)
    if isinstance(user, User):
        context["rights"] = {right.name.lower(): has_right(user, right) for right in Right}
        context["passing_links"] = passing_links()
        if context["rights"]["administer"]:
            context["circuit"] = interruption()
    return context
