"""The Celery application. Tasks live in each app's ``tasks.py`` and load by id or not at all."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambassadors.settings")

app = Celery("ambassadors")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
