"""What the inbox's templates need: ``{% load inbox %}``."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from alerts.causes import Causes
from alerts.escalating import is_supervisor_told
from alerts.late_mail import late_names
from alerts.models import Alert, ContactKind
from alerts.timing import calendar_of
from alerts.wording import (
    Deadline,
    clock_in_words,
    closed_in_words,
    deadlines_in_words,
    list_in_words,
    received_in_words,
)
from staff.working_hours import hours_in_force
from surveys import segmentation
from surveys.models import Group, Interest, LaterAnswer, Satisfaction
from surveys.models.answers import recommendation_in_words
from surveys.segmentation import GLYPHS

register = template.Library()


@register.simple_tag
def clock(alert: Alert, now: datetime) -> str:
    """``{% clock alert now %}``: nog 3 uur, in the working time of the owner's division."""
    if alert.is_closed:
        return clock_in_words(alert.due_at, now, is_closed=True)
    division = None if alert.owner is None else alert.owner.division_id
    calendar = calendar_of(hours_in_force().of(division))
    return clock_in_words(alert.due_at, now, calendar=calendar)


@register.simple_tag
def received(alert: Alert, now: datetime) -> str:
    """``{% received alert now %}``: Binnengekomen vandaag om 14:02."""
    return received_in_words(alert.raised_at, now)


@register.simple_tag
def closed(alert: Alert, now: datetime) -> str:
    """``{% closed alert now as day %}``: om 19:48; nothing while it is open."""
    return "" if alert.closed_at is None else closed_in_words(alert.closed_at, now)


@register.simple_tag
def deadlines(alert: Alert, now: datetime) -> list[Deadline]:
    """``{% deadlines alert now as steps %}``: what is still to be done; nothing once closed."""
    if alert.is_closed:
        return []
    return deadlines_in_words(
        is_negative=alert.is_negative,
        is_taken_up=not alert.is_untouched,
        is_spoken=alert.first_spoken_at is not None,
        first_by=alert.acknowledge_by,
        second_by=alert.speak_by,
        now=now,
    )


@register.filter
def is_late(alert: Alert, now: datetime) -> bool:
    """``{% if alert|is_late:now %}``."""
    return not alert.is_closed and alert.due_at < now


@register.filter
def supervisor_is_told(alert: Alert) -> bool:
    """``{% if alert|supervisor_is_told %}``: it is late, and passed on."""
    return is_supervisor_told(alert)


@register.filter
def sleeps(alert: Alert, now: datetime) -> bool:
    """``{% if alert|sleeps:now %}``: it is put off."""
    return alert.sleeps(now)


@register.filter
def whose_mail_is_late(alert: Alert) -> str:
    """``{{ row|whose_mail_is_late }}``: Sanne de Wit en Joost Bakker; empty when all have left."""
    return list_in_words(late_names(alert))


@register.filter
def group_label(group: str) -> str:
    """``{{ colleague.group|group_label }}``: +groep."""
    return str(Group(group).label)


@register.filter
def glyph(group: str) -> str:
    """``{{ colleague.group|glyph }}``: +, 0, – or, for silence, ?."""
    return GLYPHS[segmentation.Group(group)] if group else "?"


@register.filter
def in_words(later: LaterAnswer) -> str:
    """``{{ later|in_words }}``: the choices of a later answer; its own words are shown apart."""
    given = {name: str(value) for name, value in later.answers.items()}
    satisfaction, interest = given.get("satisfaction", ""), given.get("interest", "")
    recommends = recommendation_in_words(
        given.get("recommendation", ""), later.answers.get("score")
    )
    return " · ".join(
        (
            str(dict(Satisfaction.choices).get(satisfaction, satisfaction)),
            f"{_('recommends')}: {recommends}",
            f"{_('wants more')}: {dict(Interest.choices).get(interest, interest)}",
        )
    )


@register.filter
def cause_name(code: str) -> str:
    """``{{ alert.root_cause|cause_name }}``: as the firm calls it, also when no longer in use."""
    return Causes().name_of(code)


@register.filter
def contact_kind(how: str) -> str:
    """``{{ event.data.how|contact_kind }}``: Telefonisch gesproken."""
    return str(ContactKind(how).label) if how in ContactKind.values else how
