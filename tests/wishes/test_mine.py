"""What a contact agreed to, all of it and nobody else's, and how it is taken back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from surveys.actions import ask_for_call, give_consents
from surveys.models import CallRequest, Consent
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_token,
)
from tests.wishes.test_pages import PLUS, answered, everything, offered, post, thanks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

WORDS = {"reference": "Een referentie: …", "story": "Uw verhaal: …"}


def mine(client, token: str) -> str:
    return client.get(f"/s/{token}/mine/").content.decode()


def another_answer(contact, *, project: str, motivation: str = ""):
    part = make_project_contact(
        project=make_project(client=contact.client, name=project), contact=contact
    )
    return make_response(
        invitation=make_invitation(project_contact=part), motivation=motivation, **PLUS
    )


def test_nothing_yet_says_so_and_names_the_ways_out(client, settings):
    settings.PRIVACY_URL = "https://waterkant.example/privacy"
    settings.FIRM_REPLY_TO = "privacy@waterkant.example"
    page = mine(client, make_token())
    assert "Op dit moment niets" in page
    assert "<form" not in page
    assert 'href="mailto:privacy@waterkant.example"' in page
    assert 'href="https://waterkant.example/privacy"' in page
    assert "../stop/" in page


def test_all_of_one_contact_and_nothing_of_another(client):
    response, token = answered(PLUS)
    contact = response.contact
    other = another_answer(contact, project="Oosterheem", motivation="Heel persoonlijk")
    colleague = another_answer(make_contact(client=contact.client), project="Driemanspolder")
    for one in (response, other, colleague):
        give_consents(response=one, agreed=WORDS)
    ask_for_call(response=other, moment="morning")
    page = mine(client, token)
    assert page.count('value="consent-') == 4
    assert page.count('value="call-') == 1
    assert "Oosterheem" in page
    assert "Meerzicht" in page
    assert "Driemanspolder" not in page
    assert "Heel persoonlijk" not in page


def test_taking_one_back_keeps_the_rest_and_can_be_given_again(client):
    response, token = answered(PLUS)
    reference, story = give_consents(response=response, agreed=WORDS)
    answer = post(client, token, "mine", {"item": f"consent-{reference.pk}"})
    assert (answer.status_code, answer["Location"]) == (302, f"/s/{token}/mine/")
    page = mine(client, token)
    assert "Eerder ingetrokken" in page
    assert f'value="consent-{story.pk}"' in page
    assert f'value="consent-{reference.pk}"' not in page
    assert "reference" in offered(thanks(client, token))
    post(client, token, "wishes", {"kinds": ["reference"]})
    kinds = list(Consent.objects.values_list("kind", flat=True))
    assert sorted(kinds) == ["reference", "reference", "story"]
    assert Consent.objects.standing().count() == 2


def test_a_call_is_taken_back(client):
    response, token = answered(PLUS)
    call = ask_for_call(response=response, moment="soon")
    for _time in range(2):
        post(client, token, "mine", {"item": f"call-{call.pk}"})
    assert CallRequest.objects.get().ending == "withdrawn"
    assert "belt u" not in thanks(client, token)
    assert 'value="call-' not in mine(client, token)


@pytest.mark.parametrize("late", [{"withdrawn_at": timezone.now()}, {"days": 60}])
def test_it_works_with_a_link_that_expired(client, late):
    since = timezone.now() - timedelta(days=late.pop("days", 1))
    response, token = answered(
        PLUS, invited_at=since, expires_at=since + timedelta(days=30), **late
    )
    (given, _other) = give_consents(response=response, agreed=WORDS)
    assert f'value="consent-{given.pk}"' in mine(client, token)
    post(client, token, "mine", {"item": f"consent-{given.pk}"})
    assert not Consent.objects.standing().filter(pk=given.pk).exists()


@pytest.mark.parametrize(
    "item", ["consent-{}", "call-{}", "", "consent-", "consent-²", "consent-9" * 9, "all"]
)
def test_somebody_elses_is_out_of_reach(client, item):
    response, _token = answered(PLUS)
    (given, _story) = give_consents(response=response, agreed=WORDS)
    call = ask_for_call(response=response, moment="soon")
    _other, others = answered(PLUS)
    before = everything()
    number = call.pk if item.startswith("call") else given.pk
    assert post(client, others, "mine", {"item": item.format(number)}).status_code == 302
    assert everything() == before


def test_programs_take_nothing_back(client):
    response, token = answered(PLUS)
    (given, _story) = give_consents(response=response, agreed=WORDS)
    item = {"item": f"consent-{given.pk}"}
    assert post(client, token, "mine", {**item, "remark": "x"}).status_code == 302
    for hasty in (
        post(client, token, "mine", item, after=0),
        client.post(f"/s/{token}/mine/", item),
    ):
        assert hasty.status_code == 200
        assert "druk dan opnieuw op de knop" in hasty.content.decode()
    assert Consent.objects.standing().count() == 2


def test_queries_do_not_grow_with_what_was_agreed(client):
    response, token = answered(PLUS)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            mine(client, token)
        return len(seen)

    give_consents(response=response, agreed={"story": "…"})
    ask_for_call(response=response, moment="soon")
    few = queries()
    for number in range(3):
        more = another_answer(response.contact, project=f"Project {number}")
        give_consents(response=more, agreed=WORDS)
        ask_for_call(response=more, moment="soon")
    assert queries() == few
