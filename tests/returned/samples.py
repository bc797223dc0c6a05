"""Mails that come back, in the shapes that widespread servers give them."""

import zlib
from email.message import EmailMessage

OURS = "<173.42@klanten.waterkant.example>"
TO = "anneke@gemeente.example"


def crlf(text: str) -> bytes:
    return text.strip("\n").replace("\n", "\r\n").encode("utf-8")


def postfix(
    *,
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "550 5.1.1 <anneke@gemeente.example>: Recipient address rejected: User unknown in "
    "relay recipient table",
    original: str = OURS,
    own_id: str = "<20261122.A1@mx.waterkant.example>",
) -> bytes:
    return crlf(
        f"""
Return-Path: <>
From: MAILER-DAEMON@mx.waterkant.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: klanten@waterkant.example
Auto-Submitted: auto-replied
Message-Id: {own_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.waterkant.example.
<{TO}>: host mx.gemeente.example said: {said}

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.waterkant.example

Final-Recipient: rfc822; {TO}
Original-Recipient: rfc822;{TO}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.gemeente.example
Diagnostic-Code: smtp; {said}

--B1
Content-Type: message/rfc822

From: Sanne de Wit <klanten@waterkant.example>
To: {TO}
Subject: Hoe kijkt u terug?
Message-ID: {original}

Beste Anneke, http://localhost:8000/s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/
--B1--
"""
    )


MICROSOFT = crlf(
    f"""
From: <postmaster@gemeente.onmicrosoft.example>
To: klanten@waterkant.example
Subject: =?utf-8?Q?Niet_te_bezorgen=3A_Hoe_kijkt_u_terug=3F?=
Message-ID: <e5@AM0PR0.eurprd.example>
In-Reply-To: {OURS}
References: {OURS}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="M1"

--M1
Content-Type: multipart/alternative; boundary="M2"

--M2
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

Uw bericht aan {TO} kan niet worden bezorgd. Anneke is niet gevonden in gemeente.example.
--M2--

--M1
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR0.eurprd.example
Received-From-MTA: dns;mx.waterkant.example

Final-Recipient: rfc822;{TO}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {TO}
 not found by SMTP address lookup

--M1
Content-Type: text/rfc822-headers

From: Sanne de Wit <klanten@waterkant.example>
Message-ID: {OURS}
--M1--
"""
)

GMAIL = crlf(
    f"""
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: klanten@waterkant.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {OURS}
In-Reply-To: {OURS}
X-Failed-Recipients: {TO}
Message-ID: <67.GMR@mx.google.example>
MIME-Version: 1.0
Content-Type: multipart/report; boundary="G1"; report-type=delivery-status

--G1
Content-Type: multipart/related; boundary="G2"

--G2
Content-Type: text/plain; charset="UTF-8"

** Adres niet gevonden **
Je bericht is niet bezorgd aan {TO}.
--G2--

--G1
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com

Final-Recipient: rfc822; {TO}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 Please try double-checking the recipient's email address. 550 5.1.1 NoSuchUser - gsmtp

--G1
Content-Type: message/rfc822

Message-ID: {OURS}
Subject: Hoe kijkt u terug?

Beste Anneke
--G1--
"""
)

EXIM = crlf(
    f"""
X-Failed-Recipients: {TO}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.waterkant.example>
To: klanten@waterkant.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1x@mx.waterkant.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients.
This is a permanent error. The following address(es) failed:

  {TO}
    host mx.gemeente.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{TO}>:
    550 5.1.1 <{TO}>: User unknown

------ This is a copy of the message, including all the headers. ------

From: Sanne de Wit <klanten@waterkant.example>
Message-ID: {OURS}
Subject: Hoe kijkt u terug?

Beste Anneke
"""
)

QMAIL = crlf(
    f"""
From: MAILER-DAEMON@mx.gemeente.example
To: klanten@waterkant.example
Subject: failure notice
Message-ID: <q1@mx.gemeente.example>

Hi. This is the qmail-send program at mx.gemeente.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{TO}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <klanten@waterkant.example>
Message-ID: {OURS}

Beste Anneke
"""
)

RECEIPT = postfix(action="relayed", status="2.0.0", said="250 2.0.0 Ok")


def reply(
    text: str,
    *,
    subject: str = "Automatisch antwoord: Hoe kijkt u terug?",
    headers: dict[str, str] | None = None,
    answers: str = OURS,
    html: bool = False,
) -> bytes:
    """An answer from the contact's own address; by a program if ``headers`` or subject say so."""
    message = EmailMessage()
    message["From"] = f"Anneke van 't Hof <{TO}>"
    message["To"] = "klanten@waterkant.example"
    message["Subject"] = subject
    message["Message-ID"] = f"<{zlib.crc32((subject + text).encode())}@gemeente.example>"
    if answers:
        message["In-Reply-To"] = answers
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text, subtype="html" if html else "plain")
    return message.as_bytes()


AUTO = {"Auto-Submitted": "auto-replied"}
