"""WSGI entry point: ``granian --interface wsgi ambassadors.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambassadors.settings")

application = get_wsgi_application()
