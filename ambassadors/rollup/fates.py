"""What can become of asking one contact about one project."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models import LeftOut


class Fate(models.TextChoices):
    """What became of asking one contact. The first that holds."""

    ANSWERED = "answered", _("answered")
    OPEN = "open", _("can still answer")
    EXPIRED = "expired", _("link expired")
    WITHDRAWN = "withdrawn", _("invitation withdrawn")
    UNDELIVERABLE = "undeliverable", _("mail refused or returned")
    WAITING = "waiting", _("mail is still waiting")
    NO_MAIL = "no_mail", _("no mail found")
    OPTED_OUT = "opted_out", _("does not want to be asked")
    BOUNCED = "bounced", _("address does not work")
    SUPPRESSED = "suppressed", _("held back, with a reason")
    ASKED_TOGETHER = "asked_together", _("asked together with another project")
    ASKED_ELSEWHERE = "asked_elsewhere", _("asked recently already")
    CLOSED_LONG_AGO = "closed_long_ago", _("project closed too long ago")
    NOT_YET = "not_yet", _("not invited yet")
    NO_CONTACT = "no_contact", _("project without a contact")


SILENT = (Fate.OPEN, Fate.EXPIRED, Fate.WITHDRAWN)
UNDELIVERED = (Fate.UNDELIVERABLE, Fate.WAITING, Fate.NO_MAIL)
# Who can be asked at all, and was not; before that, who cannot be asked.
ELIGIBLE_NOT_INVITED = (Fate.SUPPRESSED, Fate.NOT_YET)
NOT_ELIGIBLE = (
    Fate.OPTED_OUT,
    Fate.BOUNCED,
    Fate.ASKED_TOGETHER,
    Fate.ASKED_ELSEWHERE,
    Fate.CLOSED_LONG_AGO,
)
NOT_INVITED = (*NOT_ELIGIBLE, *ELIGIBLE_NOT_INVITED)

# What a run of the invitations stored as the reason. What it leaves open is told from the rows.
STORED = {
    LeftOut.SUPPRESSED: Fate.SUPPRESSED,
    LeftOut.ASKED_TOGETHER: Fate.ASKED_TOGETHER,
    LeftOut.OPTED_OUT: Fate.OPTED_OUT,
    LeftOut.BOUNCED: Fate.BOUNCED,
    LeftOut.ASKED_RECENTLY: Fate.ASKED_ELSEWHERE,
    LeftOut.CLOSED_LONG_AGO: Fate.CLOSED_LONG_AGO,
}
