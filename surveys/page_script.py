"""The one script of the client's pages, inline and allowed by its hash; nothing needs it."""

import re
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe


def squeezed(script: str) -> str:
    """Return ``script`` without the lines that are comments and without its line ends.

    Conservative: no statement may depend on the end of a line, and no string hold two spaces.
    """
    lines = (line.strip() for line in script.splitlines())
    text = " ".join(line for line in lines if line and not line.startswith("//"))
    return re.sub(r" ?/\*.*?\*/ ?", "", text)


@cache
def client_script() -> SafeString:
    """Return the text between ``<script>`` and ``</script>``; read once in a process."""
    path = settings.BASE_DIR / "static" / "js" / "keep-answer.js"
    return mark_safe(squeezed(path.read_text(encoding="utf-8")))  # noqa: S308 our own file
