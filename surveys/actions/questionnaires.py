"""The verbs of questionnaires: draft, change, put to use, stop asking, throw away.

All of them lock the versions of their touchpoint, as inviting does: a version is either changed
before the first invitation uses it, or frozen by it.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import User
from surveys.models import (
    Questionnaire,
    QuestionnaireService,
    QuestionWording,
    Service,
)
from surveys.questions import NAMES

logger = logging.getLogger(__name__)


class Conflict(Exception):  # noqa: N818  (a state of affairs, as in alerts.actions)
    """What was asked for cannot be; the text says why, in a translated sentence."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What can be changed of a version: scale, services, and by language the four wordings."""

    scale: str
    services: Collection[Service] = ()
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def freeze_in_use(touchpoints: Iterable[str], *, now: datetime) -> dict[str, Questionnaire]:
    """Return what is in use at each of ``touchpoints``, frozen from now on, with its wordings.

    For whoever invites, inside the transaction that does: nothing of it changes any more.
    """
    in_use = [one for one in _locked(touchpoints) if one.is_active]
    new = Questionnaire.objects.not_frozen().filter(pk__in=[one.pk for one in in_use])
    if in_use and new.update(frozen_at=now):
        logger.info("questionnaires frozen: %s", ", ".join(str(one.pk) for one in in_use))
    return Questionnaire.objects.in_use([one.touchpoint for one in in_use]) if in_use else {}


@transaction.atomic
def start_version(*, touchpoint: str, actor: User, now: datetime | None = None) -> Questionnaire:
    """Return the version of ``touchpoint`` that can be changed; made if there is none.

    A new one begins as a copy of the version in use, else of the last one, else empty.
    """
    versions = _locked([touchpoint])
    open_one = next((one for one in versions if not one.is_frozen), None)
    if open_one is not None:
        return open_one
    versions.sort(key=lambda one: (one.is_active, one.version))
    made = Questionnaire.objects.create(
        touchpoint=touchpoint,
        version=max((one.version for one in versions), default=0) + 1,
        created_at=now or timezone.now(),
        created_by=actor,
    )
    if versions:
        _fill(made, _content_of(versions[-1]))
    logger.info("questionnaire %s made by user %s", made.pk, actor.pk)
    return made


@transaction.atomic
def change(*, questionnaire: Questionnaire, content: Content, actor: User) -> None:
    """Give a version that was never sent another content. Raises Conflict when it was."""
    _refuse_frozen(_lock_one(questionnaire))
    _fill(questionnaire, content)
    logger.info("questionnaire %s changed by user %s", questionnaire.pk, actor.pk)


@transaction.atomic
def put_to_use(*, questionnaire: Questionnaire, actor: User, now: datetime | None = None) -> None:
    """Ask with this version from the next run on, instead of the one in use until now.

    Also an earlier version can be asked again. Raises Conflict when it is in use already.
    """
    if _lock_one(questionnaire).is_active:
        raise Conflict(_("This version is in use already."))
    same = Questionnaire.objects.filter(touchpoint=questionnaire.touchpoint)
    same.active().update(is_active=False)
    same.filter(pk=questionnaire.pk).update(is_active=True, activated_at=now or timezone.now())
    logger.info("questionnaire %s put to use by user %s", questionnaire.pk, actor.pk)


@transaction.atomic
def stop_using(*, questionnaire: Questionnaire, actor: User) -> None:
    """Ask with this version no more; the close falls back to the product's own questions.

    Who was invited keeps the page of their version. Raises Conflict when it is not in use.
    """
    _lock_one(questionnaire)
    if not Questionnaire.objects.active().filter(pk=questionnaire.pk).update(is_active=False):
        raise Conflict(_("This version is not in use any more."))
    logger.info("questionnaire %s out of use, by user %s", questionnaire.pk, actor.pk)


@transaction.atomic
def discard(*, questionnaire: Questionnaire, actor: User) -> None:
    """Throw a draft away. Raises Conflict when it is in use or was sent: what was asked stays."""
    stored = _lock_one(questionnaire)
    _refuse_frozen(stored)
    if stored.is_active:
        raise Conflict(_("This version is in use: stop asking with it first."))
    stored.delete()
    logger.info("questionnaire %s thrown away by user %s", questionnaire.pk, actor.pk)


def _locked(touchpoints: Iterable[str]) -> list[Questionnaire]:
    """Return all versions of ``touchpoints``, held until the transaction ends."""
    rows = Questionnaire.objects.filter(touchpoint__in=list(touchpoints))
    return list(rows.order_by("pk").select_for_update())


def _lock_one(questionnaire: Questionnaire) -> Questionnaire:
    """Return ``questionnaire`` as it is stored now, held with the others of its touchpoint."""
    versions = {one.pk: one for one in _locked([questionnaire.touchpoint])}
    if questionnaire.pk not in versions:
        raise Conflict(_("Somebody else has thrown this version away."))
    return versions[questionnaire.pk]


def _refuse_frozen(stored: Questionnaire) -> None:
    if stored.is_frozen:
        raise Conflict(_("This version has been sent and stays as it is. Make a new version."))


def _content_of(questionnaire: Questionnaire) -> Content:
    return Content(
        scale=questionnaire.scale,
        services=list(questionnaire.services.all()),
        wordings={
            one.language: {name: getattr(one, name) for name in NAMES}
            for one in questionnaire.wordings.all()
        },
    )


def _fill(questionnaire: Questionnaire, content: Content) -> None:
    """Write ``content``; the caller holds the lock and knows that the version is not frozen."""
    questionnaire.scale = content.scale
    questionnaire.save(update_fields=["scale"])
    questionnaire.chosen_services.all().delete()
    QuestionnaireService.objects.bulk_create(
        QuestionnaireService(questionnaire=questionnaire, service=service)
        for service in content.services
    )
    questionnaire.wordings.all().delete()
    QuestionWording.objects.bulk_create(
        QuestionWording(questionnaire=questionnaire, language=language, **texts)
        for language, texts in content.wordings.items()
        if any(texts.values())
    )
