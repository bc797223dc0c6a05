"""Coverage: from the contacts of closed projects to answers, every loss with its reason."""

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from ambassadors.dashboard.addresses import address
from ambassadors.dashboard.pictures import Funnel, Loss, Stage, funnel
from ambassadors.rollup.fates import (
    ELIGIBLE_NOT_INVITED,
    NOT_ELIGIBLE,
    SILENT,
    UNDELIVERED,
    Fate,
)
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.tally import Tally
from staff.wording import whole_number


def coverage(tally: Tally, scope: Scope, query: QueryDict) -> Funnel:
    """Return the steps with their reasons, each leading to its list.

    Where a page is not about the close alone, who was never asked is not known: then it begins
    with the invitations.
    """
    stages = _from_invited(tally, query)
    if scope.is_of_close:
        stages = [*_of_projects(tally, query), *stages]
        note = _("Somebody with two projects counts twice.")
    else:
        note = _("Begins with who was invited: only at the close is it known who was not.")
    return funnel(stages, note=note, key="coverage")


def _of_projects(tally: Tally, query: QueryDict) -> list[Stage]:
    contacts = npgettext(
        "coverage", "contact of a closed project", "contacts of closed projects", tally.closed
    )
    eligible = pgettext("coverage", "could be asked")
    return [
        _stage("closed", contacts, tally.closed, query),
        _stage("eligible", eligible, tally.eligible, query, _losses(tally, NOT_ELIGIBLE, query)),
    ]


def _from_invited(tally: Tally, query: QueryDict) -> list[Stage]:
    kept, sent = pgettext("coverage", "kept, not sent"), pgettext("coverage", "delivered")
    delivered = kept if tally.is_only_kept else sent
    return [
        _stage(
            "invited",
            pgettext("coverage", "invited"),
            tally.invited,
            query,
            _losses(tally, ELIGIBLE_NOT_INVITED, query),
        ),
        _stage("delivered", delivered, tally.delivered, query, _losses(tally, UNDELIVERED, query)),
        _stage(
            "answered",
            pgettext("coverage", "answered"),
            tally.answered,
            query,
            _losses(tally, SILENT, query),
        ),
    ]


def _stage(
    step: str, label: str, number: int, query: QueryDict, losses: tuple[Loss, ...] = ()
) -> Stage:
    return Stage(label=label, number=number, losses=losses, address=address(query, step=step))


def _losses(tally: Tally, fates: tuple[Fate, ...], query: QueryDict) -> tuple[Loss, ...]:
    return tuple(
        Loss(
            label=str(fate.label),
            number=tally.fates[fate],
            address=address(query, fate=fate.value),
        )
        for fate in fates
        if tally.fates[fate]
    )


def kept_words(tally: Tally) -> str:
    """Say how many mails stayed in the outbox; "" when none did."""
    if not tally.kept:
        return ""
    number = {"number": whole_number(tally.kept)}
    if tally.is_only_kept:
        words = ngettext(
            "%(number)s invitation was kept in the outbox, because no mail server is set.",
            "%(number)s invitations were kept in the outbox, because no mail server is set.",
            tally.kept,
        )
    else:
        words = ngettext(
            "%(number)s delivered invitation was kept in the outbox, because no mail server is "
            "set.",
            "%(number)s delivered invitations were kept in the outbox, because no mail server is "
            "set.",
            tally.kept,
        )
    return words % number
