"""The signed-in user's own language, for everything they see."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from staff.models import User


class UserLanguageMiddleware:
    """After sign-in the account's language decides, not the browser's.

    Only pages that already looked at the user are affected, so the client's page, which must not
    touch a session, stays without one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/s/"):
            return self.get_response(request)
        user = request.user
        if isinstance(user, User):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return self.get_response(request)
