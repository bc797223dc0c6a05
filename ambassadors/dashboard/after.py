"""What the page shows below the shares: what is open, what came of it, who is silent."""

from django.http import HttpRequest

from ambassadors.rollup.reading import Figures


def sections(request: HttpRequest, figures: Figures) -> dict[str, object]:
    """Return the context of ``dashboard/after.html``."""
    return {}
