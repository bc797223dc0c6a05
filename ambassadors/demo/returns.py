"""What comes back of the demo's mail: one address that does not work, one automatic reply.

Both are mails as servers send them, read by what reads the real ones.
"""

from email.message import EmailMessage

from outbox.incoming import read_mail
from outbox.mailbox import take_in
from outbox.models import Delivery
from surveys.models import Invitation

_BOUNCE = """\
From: MAILER-DAEMON@mx.waterkant.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <terug.{number}@mx.waterkant.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="grens"

--grens
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.waterkant.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected: User unknown

--grens
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--grens--
"""
_AWAY = """\
Goedendag,

Ik ben tot en met vrijdag afwezig. Uw bericht lees ik daarna.
Voor spoed belt u het algemene nummer.

{name}
"""


def come_back(unanswered: list[Invitation]) -> list[str]:
    """Let the first of ``unanswered`` not exist any more and the second be away.

    Returns what went wrong, in words; nothing when both were noted.
    """
    if len(unanswered) < 2:
        return ["too few invitations are unanswered for mail to come back"]
    gone, away = (one.delivery for one in unanswered[:2])
    assert gone is not None, "every invitation of the demo has its mail"
    assert away is not None
    raws = (_bounce_of(gone), _reply_to(away))
    told = (read_mail(raw) for raw in raws)
    noted = [one is not None and take_in(one) is not None for one in told]
    return [] if all(noted) else ["mail that came back was not noted"]


def _bounce_of(delivery: Delivery) -> bytes:
    return _BOUNCE.format(
        number=delivery.pk, address=delivery.recipient_address, message_id=delivery.message_id
    ).encode()


def _reply_to(delivery: Delivery) -> bytes:
    reply = EmailMessage()
    reply["From"] = delivery.recipient_address
    reply["Subject"] = f"Automatisch antwoord: {delivery.subject}"
    reply["Message-ID"] = f"<afwezig.{delivery.pk}@waterkant.example>"
    reply["In-Reply-To"] = delivery.message_id
    reply["Auto-Submitted"] = "auto-replied"
    reply.set_content(_AWAY.format(name=delivery.recipient_name))
    return reply.as_bytes()
