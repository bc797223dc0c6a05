"""The Celery application. Tasks live in each app's ``tasks.py`` and load by id or not at all."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

from surveys.pacing import CLOSES, INVITES_AT, OPENS, REMINDS_AT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambassadors.settings")

app = Celery("ambassadors")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Working days, in office hours; the tasks themselves look at public holidays and the clock.
_HOURS, _WEEKDAYS = f"{OPENS.hour}-{CLOSES.hour - 1}", "mon-fri"


@app.on_after_configure.connect
def ask_by_the_clock(sender: Celery, **kwargs: Any) -> None:
    """Invite and remind every hour when INVITE_AUTOMATICALLY is on."""
    if not settings.INVITE_AUTOMATICALLY:
        return
    for minute, task in (
        (INVITES_AT, "invite_in_office_hours"),
        (REMINDS_AT, "remind_in_office_hours"),
    ):
        sender.add_periodic_task(
            crontab(minute=str(minute), hour=_HOURS, day_of_week=_WEEKDAYS),
            sender.signature(f"surveys.tasks.{task}"),
            name=task.replace("_", " "),
            expires=1800,
        )
