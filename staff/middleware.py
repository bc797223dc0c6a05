"""Who must sign in, and the signed-in user's own language for everything they see."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from staff.models import User


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
        return super().process_view(request, view_func, view_args, view_kwargs)


class UserLanguageMiddleware:
    """After sign-in the account's language decides, not the browser's.

    The client's pages and the health check must not touch a session, so they stay without one.
    """

    WITHOUT_USER = ("/s/", "/healthz")

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
