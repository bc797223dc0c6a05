"""How the firm looks now, at no query in the steady state; and the one way to change it.

A process that saves it sees it at once, others within seconds (``staff.remembered``). Without a
database the last known look holds.
"""

import logging
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from staff import contrast
from staff.logo import Kind, Logo
from staff.models import Brand, User
from staff.remembered import Remembered

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What clients see of the firm; as it stands here, of one that has set nothing."""

    own_name: str = ""
    logo: Logo | None = None
    accent: str = ""
    signature: str = ""

    @property
    def name(self) -> str:
        """The firm's name, from the settings unless an administrator gave one."""
        return self.own_name or settings.FIRM_NAME

    @cached_property
    def logo_address(self) -> SafeString:
        """The logo as a ``data:`` address for a page; empty without one."""
        return mark_safe(self.logo.data_uri if self.logo else "")  # noqa: S308 escaped there

    @property
    def mail_logo(self) -> Logo | None:
        """The logo as far as mail programs show it: they draw no SVG."""
        return self.logo if self.logo and self.logo.kind is Kind.PNG else None

    @cached_property
    def accent_in_dark(self) -> str:
        """The accent on dark paper: the same, or a tint that can be read there."""
        return contrast.for_dark(self.accent) if self.accent else ""

    @property
    def signature_lines(self) -> list[str]:
        """The lines under a mail and a page."""
        return self.signature.splitlines()


def current_brand() -> Look:
    """Return the firm's look, at most a few seconds old; without a database the last known."""
    try:
        return memory()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("no database for the firm's look: the last known holds (%s)", error)
    look = last_known_brand()
    memory.keep(look)  # a database that is down is not asked every time either
    return look


def last_known_brand() -> Look:
    """Return the firm's look as it was read last. Asks nothing of the database."""
    return memory.last or Look()


def save_brand(look: Look, *, actor: User | None) -> None:
    """Store ``look`` as the firm's; in this process it shows at once."""
    logo = look.logo
    values = {
        "name": look.own_name,
        "logo": logo.data if logo else None,
        "logo_kind": logo.kind.value if logo else "",
        "logo_width": logo.width if logo else 0,
        "logo_height": logo.height if logo else 0,
        "accent": look.accent,
        "signature": look.signature,
        "changed_at": timezone.now(),
        "changed_by": actor,
    }
    Brand.objects.update_or_create(id=Brand.ONLY, defaults=values)
    logger.info("brand changed by user %s", actor.pk if actor else "-")
    memory.forget_with_commit()


def _read() -> Look:
    row = Brand.objects.filter(id=Brand.ONLY).first()
    if row is None:
        return Look()
    logo = None
    if row.logo is not None:
        logo = Logo(
            kind=Kind(row.logo_kind),
            data=bytes(row.logo),
            width=row.logo_width,
            height=row.logo_height,
        )
    return Look(own_name=row.name, logo=logo, accent=row.accent, signature=row.signature)


memory = Remembered(_read)
