"""WSGI entry point: ``granian --interface wsgi ambassadors.wsgi:application``."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambassadors.settings")

application = get_wsgi_application()


def _keep_what_stands() -> None:
    """Load what every page needs, and leave it out of all later garbage collections.

    A full collection goes through everything that was ever loaded and holds up one page in twenty
    for a tenth of a second. What pages leave behind is found by the small ones.
    """
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1_000)


_keep_what_stands()
