"""The style sheet of the client's pages, as it stands inside the page, and what allows it.

Inlined, so that the page is one request; allowed by its hash, so that no other style can get in.
The firm's accent stands in it: another accent is another sheet and another hash, each computed
once in a process.
"""

import base64
import hashlib
import re
from functools import cache, lru_cache

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from staff.branding import Look
from surveys.page_script import client_script

_SHEETS = ("tokens.css", "base.css", "client.css")


def minified(css: str) -> str:
    """Return ``css`` without comments and without white space that cannot mean anything.

    Conservative: a space inside a selector or a value stays one space.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return css.replace(";}", "}").strip()


# Colour means something (LOOK): the firm's own stands in its name, its mark and the rule on top.
_ACCENTED = (
    "@layer pages{{:root{{--firm:{light}}}"
    "@media screen and (prefers-color-scheme:dark){{:root{{--firm:{dark}}}}}"
    '.client::before{{content:"";position:absolute;inset:0 0 auto;block-size:.25rem;'
    "background:var(--firm)}}}}"
)


def client_style(brand: Look | None = None) -> SafeString:
    """Return the text between ``<style>`` and ``</style>``, in the accent of ``brand``."""
    if brand is None or not brand.accent:
        return _sheets()
    return _accented(brand.accent, brand.accent_in_dark)


@lru_cache(maxsize=16)
def _accented(light: str, dark: str) -> SafeString:
    accent = _ACCENTED.format(light=light, dark=dark)
    return _sheets() + mark_safe(accent)  # noqa: S308 two colours, checked where they are stored


class StyledResponse(HttpResponse):
    """A client's page, with the text of its style element, which its policy is to allow."""

    def __init__(self, html: str, *, style: str, status: int = 200) -> None:
        super().__init__(html, status=status)
        self.style = style
        self["Content-Language"] = translation.get_language()


@lru_cache(maxsize=16)
def policy_for(style: str) -> dict[str, list[str]]:
    """Return the Content-Security-Policy of a client's page with exactly ``style``."""
    return {
        "default-src": [NONE],
        "style-src": [source_of(style)],
        "script-src": [source_of(client_script())],
        "img-src": ["data:"],  # the icon and the firm's logo, in the page itself
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }


@cache
def _sheets() -> SafeString:
    """Return our own sheets; read once in a process."""
    folder = settings.BASE_DIR / "static" / "css"
    sheets = [(folder / name).read_text(encoding="utf-8") for name in _SHEETS]
    return mark_safe(minified("".join(sheets)))  # noqa: S308 our own files


def source_of(text: str) -> str:
    """Return the Content-Security-Policy source that allows exactly the inline ``text``."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
