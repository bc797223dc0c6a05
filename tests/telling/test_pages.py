"""The pages: my own choices, and what the firm leaves to everybody."""

import pytest
from django.urls import reverse

from alerts.chat_models import PersonChat
from alerts.digest_models import DigestTime
from alerts.preferences import CHOSEN, Freedom, News, NewsRule, Preference, Way
from alerts.ways import choose, rule, way_of
from outbox.addresses import ChatAddress
from tests.factories import make_user

pytestmark = pytest.mark.django_db

MINE = reverse("notifications:preferences")
RULES = reverse("notifications:rules")
OWN = {"own_minus": "mail", "own_plus": "mail", "call": "mail", "consent": "mail"}
TEAM = {"team_minus": "mail", "team_plus": "mail"}
WEEK = {"weekly_day": "0", "weekly_hour": "8"}


def test_looking_shows_the_usual_and_writes_nothing(client):
    client.force_login(make_user())
    page = client.get(MINE).content.decode()
    assert "Een – signaal waarvan ik eigenaar ben" in page
    assert "Vastgelegd door uw bureau: altijd meteen per e-mail." in page
    assert "van mijn team" not in page
    assert "Weekoverzicht" not in page
    assert "alleen per chat" not in page  # without an address there is nothing to choose
    assert not DigestTime.objects.exists()
    assert not Preference.objects.exists()


def test_what_was_chosen_holds_and_is_shown_again(client):
    user = make_user()
    client.force_login(user)
    data = {**OWN, "own_plus": "digest", "daily_hour": "17"}
    answer = client.post(MINE, data, follow=True)
    assert "Opgeslagen. Vanaf nu hoort u het zo." in answer.content.decode()
    assert way_of(user, News.OWN_PLUS) == Way.DIGEST
    assert DigestTime.objects.get(user=user).hour == 17
    form = answer.context["form"]
    assert (form["own_plus"].initial, form["daily_hour"].initial) == ("digest", 17)


def test_a_supervisor_chooses_for_the_team_and_the_week(client):
    boss = make_user()
    make_user(supervisor=boss)
    client.force_login(boss)
    data = {**OWN, **TEAM, **WEEK, "team_plus": "digest", "daily_hour": "8", "weekly_day": "4"}
    assert client.post(MINE, data).status_code == 302
    week = DigestTime.objects.get(user=boss, kind="weekly")
    assert (week.weekday, week.is_on) == (4, True)
    assert client.post(MINE, {**data, "weekly_day": "off"}).status_code == 302
    week.refresh_from_db()
    assert week.is_on is False
    assert way_of(boss, News.TEAM_PLUS) == Way.DIGEST


@pytest.mark.parametrize(
    "wrong",
    [
        {"own_minus": "digest"},  # the firm decided
        {"own_plus": "pigeon"},
        {"own_plus": "chat"},  # there is no chat to go to
        {"daily_hour": "3"},
        {"own_plus": ""},
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_stored(client, wrong):
    user = make_user()
    client.force_login(user)
    answer = client.post(MINE, {**OWN, "daily_hour": "8", **wrong})
    assert answer.status_code == 200
    assert "Er klopt nog iets niet" in answer.content.decode()
    assert not Preference.objects.exists()
    assert not DigestTime.objects.exists()


def test_administrators_decide_what_people_may_change(client):
    boss, user = make_user(is_administrator=True), make_user()
    choose(user, {News.OWN_PLUS: Way.DIGEST})
    client.force_login(boss)
    page = client.get(RULES).content.decode()
    assert "Altijd meteen per e-mail; chat mag ernaast" in page
    data = {**dict.fromkeys(CHOSEN, "own_choice"), "own_plus": "at_once", "own_minus": "mail"}
    assert client.post(RULES, data).status_code == 302
    assert NewsRule.objects.get(news="own_plus").changed_by == boss
    assert way_of(user, News.OWN_PLUS) == Way.MAIL
    client.force_login(user)
    assert "altijd meteen, niet in het overzicht" in client.get(MINE).content.decode()


def test_no_rule_can_be_left_out(client):
    client.force_login(make_user(is_administrator=True))
    assert client.post(RULES, {"own_minus": "mail"}).status_code == 200
    assert not NewsRule.objects.exists()


def test_the_settings_lead_to_the_rules_and_the_account_to_ones_own(client):
    client.force_login(make_user(is_administrator=True))
    page = client.get(reverse("settings:list")).content.decode()
    assert f'href="{RULES}"' in page
    assert f'href="{MINE}"' in client.get(reverse("account")).content.decode()


def test_a_rule_that_frees_own_minus_offers_the_digest(client):
    rule({News.OWN_MINUS: Freedom.OWN_CHOICE}, actor=make_user())
    user = make_user()
    client.force_login(user)
    assert client.post(MINE, {**OWN, "own_minus": "digest", "daily_hour": "8"}).status_code == 302
    assert way_of(user, News.OWN_MINUS) == Way.DIGEST


HOOK = "https://hooks.slack.com/services/T12345678/B12345678/abcdefghijklmnopqrstuvwx"


def test_an_own_chat_address_is_stored_whole_and_shown_masked(client):
    user = make_user(name="Sanne de Wit")
    client.force_login(user)
    answer = client.post(MINE, {**OWN, "daily_hour": "8", "chat_url": HOOK}, follow=True)
    page = answer.content.decode()
    address = PersonChat.objects.get(user=user).address
    assert (address.url, address.service) == (HOOK, "slack")
    assert "abcdefghijklmnop" not in page
    assert address.masked in page
    assert "meteen, per e-mail en chat" in page
    data = {**OWN, "own_plus": "chat", "daily_hour": "8"}
    assert client.post(MINE, data).status_code == 302
    assert way_of(user, News.OWN_PLUS) == Way.CHAT
    assert client.post(MINE, {**data, "unlink_chat": "on"}).status_code == 302
    assert not ChatAddress.objects.exists()
    assert client.get(MINE).context["form"]["own_plus"].initial == Way.MAIL


@pytest.mark.parametrize("url", ["nonsense", "mailto://a:b@c.example", "file:///etc/passwd"])
def test_what_is_no_chat_address_is_refused_and_not_repeated(client, url):
    client.force_login(make_user())
    answer = client.post(MINE, {**OWN, "daily_hour": "8", "chat_url": url})
    assert answer.status_code == 200
    assert answer.context["form"].errors["chat_url"]
    assert not ChatAddress.objects.exists()
    assert not Preference.objects.exists()


def test_an_administrator_can_keep_people_from_adding_addresses(client):
    boss = make_user(is_administrator=True)
    client.force_login(boss)
    assert "own_chat" in client.get(RULES).content.decode()
    data = {**dict.fromkeys(CHOSEN, "own_choice")}
    assert client.post(RULES, data).status_code == 302
    assert "chat_url" not in client.get(MINE).content.decode()
    client.post(MINE, {**OWN, "daily_hour": "8", "chat_url": HOOK})
    assert not ChatAddress.objects.exists()
