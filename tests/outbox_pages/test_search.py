"""A mail is found by its recipient, by the person and project it is about, and by its state."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outbox.handling import send_again
from outbox.models import Delivery, Lane, Outcome
from outbox.searching import LENGTH, folded, searchable, words_of
from surveys.actions import ask_for_call, reopen, send_invitations, send_reminders
from surveys.models import Invitation
from tests.factories import (
    make_alert,
    make_client,
    make_contact,
    make_project,
    make_project_contact,
    make_user,
)
from tests.outbox_pages.test_pages import PAGE, attempt, listed, queue

WISH = "Drie projectleiders in één jaar."
# Person (either order, without accents), client, project by name and number, in any case.
ASKED = ["zoe brontë", "Brontë Zoë", "sudwest", "KADEVERNIEUWING", "p-10.204", "10.204 zoe"]


@pytest.fixture
def administrator(client, db, doorbell):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def zoe(db):
    return make_contact(client=make_client(name="Gemeente Súdwest-Fryslân"), name="Zoë Brontë")


def found(client, **query) -> set[str]:
    return {delivery.template for delivery in client.get(PAGE, query).context["page"]}


def alert_about(zoe, **fields):
    return make_alert(contact=zoe, project_name="Kadevernieuwing Noord", **fields)


@pytest.mark.parametrize("asked", ASKED)
def test_an_invitation_and_its_reminder_are_found_by_whom_and_what_they_are_about(
    client, administrator, zoe, asked
):
    project = make_project(client=zoe.client, name="Kadevernieuwing Noord", number="P-10.204")
    make_project_contact(project=project, contact=zoe)
    make_project_contact()
    send_invitations()
    for _mail in range(2):
        attempt(Outcome.SENT)
    send_reminders(now=timezone.now() + timedelta(days=7))
    assert Delivery.objects.count() == 4
    mails = client.get(PAGE, {"q": asked}).context["page"]
    assert [mail.template for mail in mails] == ["reminder", "invitation"]
    assert {mail.recipient_name for mail in mails} == {"Zoë Brontë"}


def test_one_mail_about_several_projects_is_found_by_each(client, administrator, zoe):
    for number in ("P-1", "P-2"):
        project = make_project(client=zoe.client, number=number, name=f"Werk {number}")
        make_project_contact(project=project, contact=zoe)
    send_invitations()
    for number in ("P-1", "P-2"):
        assert found(client, q=number) == {"invitation"}


@pytest.mark.parametrize("asked", ["zoe brontë", "sudwest", "kadevernieuwing"])
def test_mails_to_colleagues_are_found_by_the_client_they_are_about(
    client, administrator, zoe, asked
):
    alert = alert_about(zoe, motivation=WISH)
    make_alert()
    ask_for_call(response=alert.response, moment="morning", note=WISH, phone="+31612345678")
    mails = client.get(PAGE, {"q": asked}).context["page"]
    assert {mail.template for mail in mails} == {"alert", "wish"}
    assert all("Zoë Brontë" in mail.about for mail in mails)


def test_a_reopened_invitation_is_found(client, administrator, zoe):
    alert = alert_about(zoe)
    reopen(
        invitation=Invitation.objects.get(pk=alert.response.invitation_id),
        actor=make_user(),
        reason="op verzoek",
        is_mailed=True,
    )
    assert "reopened" in found(client, q="kadevernieuwing")


def test_what_a_client_wrote_finds_nothing_and_stands_in_no_column(client, administrator, zoe):
    alert = alert_about(zoe, motivation=WISH)
    ask_for_call(response=alert.response, moment="morning", note=WISH, phone="+31612345678")
    assert listed(client, q="projectleiders") == []
    for delivery in Delivery.objects.all():
        assert "projectleiders" not in (delivery.about + delivery.search + delivery.subject)


def test_the_group_in_the_subject_of_an_alert_is_not_searched(client, administrator, zoe):
    alert_about(zoe)
    assert any("[–]" in delivery.subject for delivery in Delivery.objects.all())
    assert listed(client, q="[–]") == []


def test_state_channel_kind_and_period_narrow_the_search(client, administrator):
    day = datetime(2026, 11, 20, 12, tzinfo=UTC)
    queue(1, subject="oud", now=day - timedelta(days=3))
    queue(2, subject="van die dag", now=day, lane=Lane.INVITATION)
    queue(3, subject="nieuw", now=day + timedelta(days=1))
    assert listed(client, since="2026-11-20", until="2026-11-20") == ["van die dag"]
    assert listed(client, since="2026-11-20") == ["nieuw", "van die dag"]
    assert listed(client, until="2026-11-19") == ["oud"]
    assert listed(client, channel="email", q="sanne", until="2026-11-20") == ["van die dag", "oud"]
    assert listed(client, q="sanne", lane=Lane.INVITATION.value) == ["van die dag"]
    assert listed(client, q="sanne", state="sent") == []


def test_a_day_is_a_day_here_and_not_in_london(client, administrator, settings):
    queue(1, subject="half een 's nachts", now=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    assert listed(client, since="2026-11-20", until="2026-11-20") == ["half een 's nachts"]
    assert listed(client, until="2026-11-19") == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "20-20-20", "\0"])
def test_a_day_that_is_none_is_said_and_left_out(client, administrator, day):
    queue()
    page = client.get(PAGE, {"since": day, "until": day})
    assert page.status_code == 200
    assert len(page.context["page"]) == 1
    assert page.context["form"].errors.keys() == {"since", "until"}


def test_the_search_stays_in_the_address_of_every_page(client, administrator):
    for number in range(51):
        queue(number)
    page = client.get(PAGE, {"q": "sanne", "lane": Lane.ALERT.value, "channel": "email"})
    assert 'href="?q=sanne&amp;lane=10&amp;channel=email&amp;page=2"' in page.content.decode()
    assert 'value="sanne"' in page.content.decode()
    assert len(listed(client, q="sanne", page=2)) == 1


@pytest.mark.parametrize("asked", ["100%", "a_b", "\\", "'; --"])
def test_signs_of_the_database_are_ordinary_signs(client, administrator, asked):
    queue(1, subject="wel 100% a_b \\ '; --")
    queue(2, subject="niet 1000 acb")
    assert listed(client, q=asked) == ["wel 100% a_b \\ '; --"]


def test_a_message_that_was_sent_again_is_found_alike(client, administrator, zoe):
    alert_about(zoe)
    again = send_again(delivery=attempt(Outcome.SENT))
    assert (again.is_confidential, "Zoë Brontë" in again.about) == (True, True)
    assert again in client.get(PAGE, {"q": "zoe bronte"}).context["page"]


@given(st.text(max_size=2000))
def test_folding_is_total_idempotent_and_fits_in_an_index(text):
    once = folded(text)
    assert folded(once) == folded(folded(once))
    assert len(searchable([text] * 3)) <= LENGTH
    assert len(searchable([text] * 3).encode("utf-8", "surrogatepass")) < 2704
    assert "\0" not in once


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_whatever_is_queued_is_found_by_its_own_words(text):
    searched = searchable(["Sanne de Wit", text])
    assert all(word in searched for word in words_of(text))


def test_of_more_words_than_are_ever_searched_the_beginning_counts():
    many = words_of(" ".join(map(str, range(5_000))))
    assert many[:3] == ["0", "1", "2"]
    assert len(" ".join(many)) <= LENGTH
    assert words_of("x" * 70_000) == ["x" * LENGTH]
