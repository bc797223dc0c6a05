"""What stands around the mail server: the DNS of the sender's domain, and our two mailboxes.

The DNS is advice: mail leaves without it, and this machine may see another DNS than receivers do.
A mailbox that is set and does not work is a fault.
"""

import email
import email.policy
import re
import time
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.checking import CheckError
from outbox.dns_records import Finding, Resolver, Verdict, dkim, dmarc, is_aligned, spf
from outbox.evidence import ArchiveMailbox, witness
from outbox.mail import ascii_address
from outbox.mailbox import MailboxError, try_mailbox
from outbox.models import Delivery

_LOOK_EVERY = 1.0  # seconds
# Top-level domains that no public DNS knows (RFC 6761, 6762, 9476 and common practice).
_OURS_ALONE = {"test", "example", "invalid", "localhost", "local", "internal", "lan"}
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def is_selector(text: str) -> bool:
    """Whether ``text`` can be the name of a DKIM key (RFC 6376, 3.1)."""
    return _SELECTOR.fullmatch(text) is not None


def check_records(
    resolver: Resolver, *, selector: str = "", archived: Delivery | None = None
) -> list[Finding]:
    """Look at SPF, DMARC and DKIM of the sender's domain.

    DKIM needs a selector: the one given, else that of the signature on ``archived`` as the archive
    mailbox has it.
    """
    domain = ascii_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]).rpartition("@")[2].lower()
    if "." not in domain or domain.rpartition(".")[2] in _OURS_ALONE:
        text = _("%(domain)s is no domain of the public DNS: SPF, DKIM and DMARC do not apply.")
        return [Finding(verdict=Verdict.UNASKED, words=text % {"domain": domain})]
    found = [spf(domain, resolver), dmarc(domain, resolver)]
    if selector:
        return [*found, dkim(selector, domain, resolver)]
    if archived is None:
        text = _(
            "DKIM was not looked at: name its selector with --dkim-selector, or set "
            "ARCHIVE_MAILBOX_URL and send a test mail with --to."
        )
        return [*found, Finding(verdict=Verdict.UNASKED, words=text)]
    return [*found, *_signatures(archived, domain, resolver)]


def _signatures(archived: Delivery, domain: str, resolver: Resolver) -> list[Finding]:
    """Judge the signatures that the mail server put on a mail."""
    with witness() as asked:
        head = (
            asked.header(archived, "DKIM-Signature") if isinstance(asked, ArchiveMailbox) else b""
        )
    if head is None:
        text = _("DKIM was not looked at: the archive mailbox fell silent.")
        return [Finding(verdict=Verdict.UNASKED, words=text)]
    parsed = email.message_from_bytes(head, policy=email.policy.compat32)
    signed = [_signer(str(value)) for value in parsed.get_all("DKIM-Signature", [])]
    own = [(name, signer) for name, signer in signed if is_aligned(signer, domain)]
    if own:
        return [dkim(name, signer, resolver) for name, signer in own if is_selector(name)]
    if signed:
        text = _(
            "DKIM: the mail was signed for %(signer)s, which is not %(domain)s. Let your mail "
            "provider sign for your own domain."
        )
        words = text % {"signer": ", ".join(signer for _name, signer in signed), "domain": domain}
        return [Finding(verdict=Verdict.WRONG, words=words)]
    text = _(
        "DKIM: the copy in the archive mailbox is not signed. Turn signing on at your mail "
        "provider; if the copy is made before signing, use --dkim-selector."
    )
    return [Finding(verdict=Verdict.WRONG, words=text)]


def _signer(signature: str) -> tuple[str, str]:
    """Return selector and domain of a DKIM-Signature; empty where it names none."""
    plain = re.sub(r"\s", "", signature)
    tags = dict(part.partition("=")[::2] for part in plain.split(";"))
    return tags.get("s", ""), tags.get("d", "")


def check_archive(delivery: Delivery | None, *, seconds: float) -> str:
    """Return what is well with the archive mailbox; empty when none is set.

    With a mail that left: it is there within ``seconds``. Raises CheckError.
    """
    if not settings.ARCHIVE_MAILBOX_URL:
        return ""
    until = time.monotonic() + seconds
    with witness() as asked:
        if not (isinstance(asked, ArchiveMailbox) and asked.is_open):
            raise CheckError(
                _(
                    "The archive mailbox does not open: see host, user name, password and folder "
                    "in ARCHIVE_MAILBOX_URL."
                )
            )
        if delivery is None:
            return _("The archive mailbox opens.")
        while not (is_there := asked.evidence(delivery)) and time.monotonic() < until:
            if is_there is None:
                break
            time.sleep(_LOOK_EVERY)
    if is_there:
        return _("The test mail is in the archive mailbox.")
    if is_there is None:
        raise CheckError(_("The archive mailbox fell silent when it was searched."))
    text = _(
        "The test mail is not in the archive mailbox after %(seconds)s seconds: see the rule of "
        "the mail server that puts a copy there, and the folder in ARCHIVE_MAILBOX_URL."
    )
    raise CheckError(text % {"seconds": round(seconds)})


def check_bounce_mailbox() -> str:
    """Return what is well with the mailbox of what comes back; empty when none is set.

    Raises CheckError.
    """
    if not settings.BOUNCE_MAILBOX_URL:
        return ""
    try:
        try_mailbox()
    except MailboxError as error:
        raise CheckError(str(error)) from error
    return _("The mailbox for what comes back opens.")
