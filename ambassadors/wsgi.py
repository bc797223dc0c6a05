"""WSGI entry point: ``granian --interface wsgi ambassadors.wsgi:application``."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambassadors.settings")

application = get_wsgi_application()

# What stands by now stays for good. Left out of every later collection, none of them holds up a
# page for a tenth of a second.
gc.collect()
gc.freeze()
