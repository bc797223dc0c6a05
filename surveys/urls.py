"""Addresses of the client's pages, below ``/s/``."""

from django.urls import path, re_path, register_converter

from surveys import after_views, solved_views, stop_views, views


class TokenConverter:
    """What a token can look like; anything else never reaches the database."""

    regex = "[A-Za-z0-9_-]{16,64}"

    def to_python(self, value: str) -> str:
        """Return the token as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """Return the token as it goes into an address."""
        return value


register_converter(TokenConverter, "token")

app_name = "surveys"
urlpatterns = [
    path("<token:token>/", views.page, name="page"),
    path("<token:token>/thanks/", views.thanks, name="thanks"),
    path("<token:token>/wishes/", after_views.wishes, name="wishes"),
    path("<token:token>/call/", after_views.call, name="call"),
    path("<token:token>/mine/", after_views.mine, name="mine"),
    path("<token:token>/solved/", solved_views.solved, name="solved"),
    path("<token:token>/stop/", stop_views.stop, name="stop"),
    # Only below a slash, so that a link that lost its last slash is still sent to the right page.
    re_path(r"^(?:.*/)?$", views.unknown, name="unknown"),
]
