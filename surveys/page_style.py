"""The style sheet of the client's pages, as it stands inside the page.

Inlined, so that the page is one request; allowed by its hash, so that no other style can get in.
"""

import base64
import hashlib
import re
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_SHEETS = ("tokens.css", "base.css", "client.css")


def minified(css: str) -> str:
    """Return ``css`` without comments and without white space that cannot mean anything.

    Conservative: a space inside a selector or a value stays one space.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return css.replace(";}", "}").strip()


@cache
def client_style() -> SafeString:
    """Return the text between ``<style>`` and ``</style>``; read once in a process."""
    folder = settings.BASE_DIR / "static" / "css"
    sheets = [(folder / name).read_text(encoding="utf-8") for name in _SHEETS]
    return mark_safe(minified("".join(sheets)))  # noqa: S308 our own files


def source_of(text: str) -> str:
    """Return the Content-Security-Policy source that allows exactly the inline ``text``."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
