"""What the page after "Forgot your password?" promises, with and without a mail server."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

DONE = "account_reset_password_done"


def test_a_mail_is_promised_when_it_can_leave(client, settings):
    settings.EMAIL_URL = "smtp://mail.example.nl:25"
    page = client.get(reverse(DONE)).content.decode()
    assert "Er is een mail onderweg" in page
    assert "changepassword" not in page


def test_no_mail_is_promised_without_a_mail_server(client, settings):
    settings.EMAIL_URL = ""
    page = client.get(reverse(DONE)).content.decode()
    assert "onderweg" not in page
    assert "nog geen mailserver ingesteld" in page
    assert "manage.py changepassword" in page


def test_a_page_without_mail_server_is_english_for_an_english_reader(client, settings):
    settings.EMAIL_URL = ""
    page = client.get(reverse(DONE), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "No mail server is set up here yet" in page
