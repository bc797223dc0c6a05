"""What the three ledgers say side by side: what is missing, what is double, what changed."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.faults.ledgers import Delivery, Ledgers, Received

SENT = "sent"
RECIPIENTS = 2  # of every alert: the account manager and the supervisor


@dataclass(kw_only=True)
class Findings:
    """Each list names what it found, so that a figure can be looked up."""

    lost: list[str] = field(default_factory=list)
    half_sets: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)  # one for each message after the first
    unflagged: list[str] = field(default_factory=list)  # copies that nobody is told are copies
    outside: list[str] = field(default_factory=list)  # copies where no reply had been missed
    changed: list[str] = field(default_factory=list)  # other bytes than were frozen
    strangers: list[str] = field(default_factory=list)  # received, and nobody queued it

    def faults(self, *, copies_allowed: bool) -> dict[str, list[str]]:
        """Return what breaks the promise, by its name. Copies do where there is a witness."""
        broken = {
            "lost": self.lost,
            "half sets": self.half_sets,
            "copies not flagged": self.unflagged,
            "copies outside the window": self.outside,
            "bytes changed": self.changed,
            "strangers": self.strangers,
        }
        if not copies_allowed:
            broken["copies"] = self.copies
        return {name: found for name, found in broken.items() if found}


def check(ledgers: Ledgers) -> Findings:
    """Compare the ledgers.

    1. Every answer that was thanked is stored, once.
    2. Each + and – has one alert, each alert a mail to both recipients; nothing else has any.
    3. Each mail says that it was sent, and the server has it.
    4. A message the server has twice is flagged, follows a missed reply, and has the same bytes.
    """
    findings = Findings()
    _check_answers(ledgers, findings)
    _check_sets(ledgers, findings)
    _check_mails(ledgers, findings)
    return findings


def _check_answers(ledgers: Ledgers, findings: Findings) -> None:
    stored = Counter(response.invitation for response in ledgers.responses)
    for thanked in ledgers.thanked:
        if not stored[thanked.invitation]:
            findings.lost.append(f"answer to invitation {thanked.invitation}")
    findings.half_sets += [
        f"{count} responses to invitation {invitation}"
        for invitation, count in stored.items()
        if count > 1
    ]


def _check_sets(ledgers: Ledgers, findings: Findings) -> None:
    alerting = {one.invitation: one.is_alerting for one in ledgers.thanked}
    mailed = defaultdict(set)
    for delivery in ledgers.deliveries:
        mailed[delivery.alert].add(delivery.recipient)
    for response in ledgers.responses:
        expected = alerting.get(response.invitation)
        if expected is not None and len(response.alerts) != int(expected):
            findings.half_sets.append(f"response {response.pk}: {len(response.alerts)} alerts")
        findings.half_sets += [
            f"alert {alert}: mailed to {len(mailed[alert])}"
            for alert in response.alerts
            if len(mailed[alert]) != RECIPIENTS
        ]


def _check_mails(ledgers: Ledgers, findings: Findings) -> None:
    received = defaultdict(list)
    for message in ledgers.received:
        received[message.message_id].append(message)
    for delivery in ledgers.deliveries:
        _check_mail(delivery, received.pop(delivery.message_id, []), findings)
    findings.strangers += received.keys()


def _check_mail(delivery: Delivery, received: list[Received], findings: Findings) -> None:
    name = delivery.message_id
    if delivery.state != SENT or not received:
        findings.lost.append(f"mail {name}: {delivery.state}, received {len(received)} times")
    copies = len(received) - 1
    if copies > 0:
        findings.copies += [name] * copies
        if not delivery.is_repeated:
            findings.unflagged.append(name)
        if copies > delivery.uncertain:
            findings.outside.append(name)
    if any(
        (one.digest, one.recipient) != (delivery.digest, delivery.recipient) for one in received
    ):
        findings.changed.append(name)
