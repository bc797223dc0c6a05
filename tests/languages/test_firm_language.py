"""Contact's language, else the firm's: what a list without languages leads to."""

import pytest
from django.test import Client
from django.urls import reverse

from staff.models import User
from surveys.models import Contact
from tests.factories import make_user
from tests.imports.lists import line, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cell", "firm", "language"),
    [("Duits", "en", "de"), ("fr", "nl", "fr"), ("", "de", "de"), ("", "nl", "nl")],
)
def test_list_decides_and_the_firm_where_it_is_silent(
    settings, cell: str, firm: str, language: str
) -> None:
    settings.FIRM_LANGUAGE = firm
    run(line(Taal=cell))
    assert Contact.objects.get().language == language


def test_list_that_is_silent_later_keeps_the_language(settings) -> None:
    settings.FIRM_LANGUAGE = "de"
    run(line(Taal="fr"))
    run(line(Taal=""))
    assert Contact.objects.get().language == "fr"


def test_colleagues_of_a_list_never_get_a_language_that_only_clients_read(settings) -> None:
    settings.FIRM_LANGUAGE = "de"
    run(line())
    assert set(User.objects.values_list("language", flat=True)) == {"nl"}


def test_contact_made_by_hand_begins_with_the_firms_language(client: Client, settings) -> None:
    settings.FIRM_LANGUAGE = "fr"
    client.force_login(make_user(is_administrator=True))
    page = client.get(reverse("admin:surveys_contact_add")).content.decode()
    assert '<option value="fr" selected>' in page


def test_colleague_cannot_choose_a_language_that_only_clients_read(client: Client) -> None:
    client.force_login(make_user(is_administrator=True))
    page = client.get(reverse("admin:staff_user_add")).content.decode()
    assert '<option value="en">' in page
    assert '<option value="de">' not in page
