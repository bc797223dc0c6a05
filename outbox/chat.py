"""Messages to chat addresses, frozen as they will be handed over."""

import json
from datetime import datetime

from outbox.addresses import ChatAddress
from outbox.inert import inert, sms
from outbox.models import Channel, Delivery, Lane
from outbox.queueing import queue_payload
from outbox.services import SERVICES


def queue_chat(
    address: ChatAddress,
    *,
    title: str,
    body: str,
    dedupe_key: str,
    lane: Lane,
    link: str = "",
    template: str = "",
    about: str = "",
    is_confidential: bool = False,
    not_before: datetime | None = None,
    now: datetime | None = None,
) -> Delivery:
    """Freeze a message for ``address`` and store it as one delivery, in the caller's transaction.

    ``title`` (one line) and ``body`` are plain text, made inert here: names that clients choose
    may stand in them, their own words had better not. ``link`` is an address of ours and the only
    thing that anybody can press; it comes last. As SMS all of it is cut to two segments. The same
    ``dedupe_key`` again returns the delivery that exists.
    """
    message = frozen(address, title=title, body=body, link=link)
    payload = json.dumps(message, ensure_ascii=False).encode()
    return queue_payload(
        payload,
        channel=Channel.CHAT,
        reference=address.reference,
        recipient_name=address.name,
        subject=" ".join(title.split()),
        dedupe_key=dedupe_key,
        lane=lane,
        template=template,
        about=about,
        is_confidential=is_confidential,
        not_before=not_before,
        now=now,
    )


def frozen(address: ChatAddress, *, title: str, body: str, link: str) -> dict[str, str]:
    """Return title and body as the service of ``address`` gets them."""
    title = " ".join(title.split())
    service = SERVICES.get(address.service)
    if service is not None and service.is_sms:
        return {"title": "", "body": sms(title, body.strip(), link)}
    lines = [inert(body.strip()), link]
    return {"title": inert(title), "body": "\n".join(line for line in lines if line)}
