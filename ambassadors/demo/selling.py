"""What account managers of the demo did with some of their leads: a call, an offer, won, lost."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from alerts.lead_working import appraise_lead, log_lead_contact, move_lead
from alerts.models import ContactKind, Lead, Stage
from staff.models import User

_STEP = "Voorstel sturen voor het vervolg"


def work(first: User) -> None:
    """Work a few leads, those of ``first``, who can sign in, before the others; leave the rest."""
    leads = list(Lead.objects.open().select_related("owner").order_by("pk"))
    leads.sort(key=lambda lead: lead.owner_id != first.pk)
    verbs = (_talk, _offer, _win, _lose)
    # One in two stays as it came, so that there is something to do.
    for verb, lead in zip(verbs, leads[::2], strict=False):
        if lead.owner is not None:
            verb(lead, lead.owner)


def _talk(lead: Lead, owner: User) -> None:
    log_lead_contact(
        lead=lead,
        actor=owner,
        how=ContactKind.SPOKE,
        note="Wil in het nieuwe jaar verder, en denkt aan twee dijkvakken.",
        next_step=_STEP,
        next_step_on=timezone.localdate() + timedelta(days=2),
    )
    appraise_lead(lead=lead, actor=owner, value=Decimal(18500))


def _offer(lead: Lead, owner: User) -> None:
    note = "Offerte gemaild; besluit in het overleg van volgende week."
    move_lead(lead=lead, actor=owner, stage=Stage.OFFERED, value=Decimal(42000), note=note)


def _win(lead: Lead, owner: User) -> None:
    move_lead(lead=lead, actor=owner, stage=Stage.WON, value=Decimal(9600))


def _lose(lead: Lead, owner: User) -> None:
    reason = "Geen budget dit jaar; in het voorjaar opnieuw bellen."
    move_lead(lead=lead, actor=owner, stage=Stage.LOST, lost_reason=reason)
