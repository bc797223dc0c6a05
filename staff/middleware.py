"""Who must sign in, and the signed-in user's own language for everything they see."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from staff.languages import for_staff
from staff.models import User

CLIENT_PAGES = "/s/"


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Everything is closed, except views marked ``login_not_required``.

    Django's own asks who the user is before it looks at that mark; here an open page, such as the
    client's, does not touch a session at all.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> Any:
        if not getattr(view_func, "login_required", True):
            return None
        request.is_closed_page = True  # type: ignore[attr-defined]
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep what only signed-in people may see out of every cache, also the browser's own."""
        if getattr(request, "is_closed_page", False) and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        return response


class BrowserLanguageMiddleware(LocaleMiddleware):
    """The browser's language for whoever is not known: a client's four, a colleague's two.

    A client's page knows its language from the invitation; this one decides for links that are
    unknown or closed. A colleague's page never shows in a language that only clients read.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the first language of the browser in which this page exists, else Dutch."""
        if request.path.startswith(CLIENT_PAGES):
            super().process_request(request)
            return
        language = for_staff(request.headers.get("Accept-Language", ""))
        translation.activate(language)
        request.LANGUAGE_CODE = language


class UserLanguageMiddleware:
    """After sign-in the account's language decides, not the browser's.

    The client's pages and the health check must not touch a session, so they stay without one.
    """

    WITHOUT_USER = (CLIENT_PAGES, "/healthz", "/readyz", "/metrics")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(self.WITHOUT_USER):
            return self.get_response(request)
        user = request.user
        if isinstance(user, User):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return self.get_response(request)
