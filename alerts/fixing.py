"""The structural list: what closed alerts say must change, and the verb of working on one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.causes import Causes
from alerts.models import Alert, AlertQuerySet, Fix, FixChange, FixState
from alerts.working import Conflict, locked
from staff.models import User


@dataclass(kw_only=True)
class CauseGroup:
    """The fixes of one root cause: those on this page, and how many there are in all."""

    name: str
    count: int
    done: int
    told: int
    alerts: list[Alert]


def in_order_of_cause(alerts: AlertQuerySet) -> AlertQuerySet:
    """Order as the firm orders its root causes; of one cause what was closed last first."""
    places = [
        When(root_cause=cause.code, then=Value(place)) for place, cause in enumerate(Causes())
    ]
    place = Case(*places, default=Value(len(places)), output_field=IntegerField())
    return alerts.order_by(place, "root_cause", "-closed_at", "-pk")


def grouped_by_cause(shown: list[Alert], everything: AlertQuerySet) -> list[CauseGroup]:
    """Group ``shown``, which is in order of cause; ``everything`` is what is counted."""
    counted = everything.order_by().values("root_cause")
    numbers = counted.annotate(
        count=Count("pk"),
        done=Count("pk", filter=Q(fix__state=FixState.DONE)),
        told=Count("pk", filter=Q(fix__told_on__isnull=False)),
    ).values_list("root_cause", "count", "done", "told")
    causes = Causes()
    groups = {
        code: CauseGroup(name=causes.name_of(code), count=count, done=done, told=told, alerts=[])
        for code, count, done, told in numbers
    }
    for alert in shown:
        groups[alert.root_cause].alerts.append(alert)
    in_shown_order = dict.fromkeys(alert.root_cause for alert in shown)
    return [groups[code] for code in in_shown_order]


def change_fix(
    *,
    alert: Alert,
    actor: User,
    state: str,
    owner: User | None = None,
    told_on: date | None = None,
    note: str = "",
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Write down how the fix of ``alert`` stands, with a line in its ledger.

    ``state`` is a FixState; what is in hand has an ``owner``, what is done may be told, and what
    will not be done has a ``note`` that says why: named constraints hold it. Raises Conflict when
    somebody changed it after version ``seen`` (0: nobody did anything yet), or when the alert no
    longer asks for a fix, as after a reopening. The lock of the alert keeps both apart.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(alert, seen=None)
        if not row.structural_fix:
            raise Conflict(_("This alert no longer asks for a structural fix."))
        fix, _made = Fix.objects.get_or_create(alert=row)
        if seen is not None and fix.version != seen:
            raise Conflict(_changed_by(fix))
        fix.state, fix.owner, fix.told_on = state, owner, told_on
        fix.version += 1
        fix.save(update_fields=["state", "owner", "told_on", "version"])
        FixChange.objects.create(
            fix=fix, state=state, owner=owner, told_on=told_on, actor=actor, note=note, at=now
        )


def _changed_by(fix: Fix) -> str:
    last = FixChange.objects.filter(fix=fix).select_related("actor").last()
    if last is None:
        return _("This fix has changed meanwhile.")
    return _("%(name)s changed this fix meanwhile.") % {"name": last.actor.name}
