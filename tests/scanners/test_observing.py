"""The signed time, the network an answer comes from, and the mail it follows."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.utils import timezone

from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from surveys.mails import compose_invitation
from surveys.models import HeldAnswer, Invitation, Link, Response
from surveys.observing import network_of, seal, unseal
from tests.factories import make_invitation, make_token

EMPTY = {
    "satisfaction": "satisfied",
    "motivation": "",
    "recommendation": "maybe",
    "interest": "not_now",
}
OFFICE = "93.184.215.14"


@pytest.fixture(autouse=True)
def _empty_memory() -> None:
    caches["process"].clear()


def address(token: str) -> str:
    return f"/s/{token}/"


def test_a_time_opens_only_for_its_own_page_and_never_expires() -> None:
    at = timezone.now().replace(microsecond=0) - timedelta(days=400)
    sealed = seal("a" * 32, at)
    assert unseal("a" * 32, sealed) == at
    assert unseal("b" * 32, sealed) is None


@pytest.mark.parametrize("forged", ["", "1", "x:y", "9" * 40 + ":z", "é:\x00"])
def test_what_we_did_not_sign_is_no_time(forged: str) -> None:
    assert unseal("a" * 32, forged) is None


def test_a_time_of_another_key_is_no_time(settings) -> None:
    sealed = seal("a" * 32, timezone.now())
    settings.SECRET_KEY = "another"
    assert unseal("a" * 32, sealed) is None


@pytest.mark.parametrize(
    ("proxies", "peer", "said", "network"),
    [
        (0, OFFICE, "", OFFICE),
        (0, OFFICE, "8.8.8.8", OFFICE),  # what a visitor says of themselves counts for nothing
        (0, "127.0.0.1", OFFICE, ""),
        (0, "172.18.0.4", "", ""),
        (0, "", "", ""),
        (1, "172.18.0.4", OFFICE, OFFICE),
        (1, "172.18.0.4", f"8.8.8.8, {OFFICE}", OFFICE),
        (1, "172.18.0.4", "10.0.0.7", ""),
        (1, "172.18.0.4", "", ""),
        (1, "127.0.0.1", "nonsense", ""),
        (2, "172.18.0.4", f"8.8.8.8, {OFFICE}, 172.18.0.9", OFFICE),
        (2, "172.18.0.4", OFFICE, ""),
    ],
)
def test_only_a_public_address_is_a_visitors(
    rf: RequestFactory, settings, proxies: int, peer: str, said: str, network: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": said} if said else {})
    assert network_of(rf.post("/", **headers)) == network


# An answer without a comment, over HTTP --------------------------------------------------------


def mailed(ago: timedelta, *, transport: str = "smtp") -> tuple[Invitation, str]:
    """An invitation whose mail left ``ago``, and the token in it."""
    invitation = make_invitation()
    token = make_token(invitation)
    queue_message(
        compose_invitation(invitation, token),
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_name="",
        recipient_address=invitation.contact.email,
        template="invitation",
    )
    Delivery.objects.filter(dedupe_key=invitation.delivery_key).update(
        state="sent", sent_at=timezone.now() - ago, transport=transport
    )
    return invitation, token


def is_held(client: Client, token: str, data: dict[str, str], **extra: str) -> bool:
    assert client.post(address(token), data, **extra).status_code == 302
    invitation = Link.objects.by_token(token).get().invitation
    is_recorded = Response.objects.filter(invitation=invitation).exists()
    assert HeldAnswer.objects.filter(invitation=invitation).exists() != is_recorded
    return not is_recorded


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
@pytest.mark.parametrize(
    ("mail_ago", "seen_ago", "comment", "expected"),
    [
        (2, 1, "", True),
        (2, 1, "Goed werk", False),
        (2, 10, "", False),
        (60, 1, "", False),
        (2, None, "", False),
        (2, None, "Goed werk", False),
    ],
)
def test_speed_after_the_mail_and_without_a_comment(
    client: Client, mail_ago: int, seen_ago: int | None, comment: str, expected: bool
) -> None:
    _invitation, token = mailed(timedelta(seconds=mail_ago))
    data = {**EMPTY, "motivation": comment}
    if seen_ago is not None:
        data["seen"] = seal(token, timezone.now() - timedelta(seconds=seen_ago))
    assert is_held(client, token, data) is expected


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
def test_mail_that_was_only_kept_meets_no_scanner(client: Client) -> None:
    _invitation, token = mailed(timedelta(seconds=2), transport="kept")
    assert not is_held(client, token, {**EMPTY, "seen": seal(token, timezone.now())})


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
def test_a_burst_from_one_address_is_held_from_the_sixth_invitation(client: Client) -> None:
    tokens = [make_token() for _number in range(7)]
    held = [is_held(client, token, EMPTY, REMOTE_ADDR=OFFICE) for token in tokens]
    assert held == [False] * 5 + [True, True]


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
def test_a_burst_of_people_who_take_their_time_or_say_something_is_not(client: Client) -> None:
    for number in range(9):
        token = make_token()
        data = {**EMPTY, "seen": seal(token, timezone.now() - timedelta(minutes=1))}
        data["motivation"] = "Prettig contact" if number % 2 else ""
        assert not is_held(client, token, data, REMOTE_ADDR=OFFICE)


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3"])
def test_everybody_behind_an_unknown_proxy_is_not_one_network(client: Client, peer: str) -> None:
    assert not any(is_held(client, make_token(), EMPTY, REMOTE_ADDR=peer) for _number in range(9))


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
def test_addresses_stay_hashed(client: Client) -> None:
    client.post(address(make_token()), EMPTY, REMOTE_ADDR=OFFICE)
    kept = caches["process"]._cache
    assert kept
    assert OFFICE not in repr(kept)
    assert OFFICE.encode() not in b"".join(kept.values())
