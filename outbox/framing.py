"""The HTML of a mail as a page of its own, for a sandboxed frame on a staff page."""

from django.http import HttpResponse

# The mail in its frame may use its own inline styles and pictures, and nothing else whatsoever.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)


def framed(markup: str) -> HttpResponse:
    """Return ``markup`` as a page that only our own pages may frame, and that can do nothing."""
    response = HttpResponse(markup)
    response["Content-Security-Policy"] = _POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
