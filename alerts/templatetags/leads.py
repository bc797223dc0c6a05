"""What the templates of leads need: ``{% load leads %}``."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.models import Lead
from staff.wording import day

register = template.Library()


@register.filter
def lead_is_late(lead: Lead, now: datetime) -> bool:
    """``{% if lead|lead_is_late:now %}``: its next step was due on a day before this one."""
    on = lead.next_step_on
    return not lead.is_closed and on is not None and on < timezone.localdate(now)


@register.filter
def when(lead: Lead, now: datetime) -> str:
    """``{{ lead|when:now }}``: vandaag, morgen, 3 dagen te laat, op 12 nov."""
    if lead.next_step_on is None:
        return ""
    today = timezone.localdate(now)
    left = (lead.next_step_on - today).days
    if left < 0:
        return ngettext("%(count)s day late", "%(count)s days late", -left) % {"count": -left}
    if left == 0:
        return _("today")
    if left == 1:
        return _("tomorrow")
    return _("on %(day)s") % {"day": day(lead.next_step_on, today=today)}
