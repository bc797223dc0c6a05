"""The report at its address, and the page on which somebody chooses to get it by mail."""

import io

import pytest
from django.utils import timezone
from pypdf import PdfReader

from ambassadors.board import months
from ambassadors.board.models import BoardSubscription, MonthlyReport
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

PAGE, SETTINGS = "/dashboard/report/", "/dashboard/report/settings"


def last():
    return months.last_whole(timezone.localdate())


def test_the_last_whole_month_by_default(client, manager):
    response = client.get(PAGE)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="ambassadeurs-{last():%Y-%m}.pdf"'
    assert "no-store" in response["Cache-Control"]
    (page,) = PdfReader(io.BytesIO(response.content)).pages
    assert f"?month={last():%Y-%m}" in page.extract_text()


def test_any_month_that_is_over(client, manager):
    response = client.get(PAGE, {"month": "2024-02"})
    page = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert "Ambassadeurs in februari 2024" in page
    assert "maart 2023 tot en met februari 2024" in page


@pytest.mark.parametrize(
    "month",
    ["2026-13", "2026-00", "0001-01", "9999-12", "oktober", "2026-1", "2026-10-01", "²⁰²⁶-10", "'"],
)
def test_what_is_no_month_that_is_over_is_not_found(client, manager, month):
    assert client.get(PAGE, {"month": month}).status_code == 404


def test_the_running_month_is_not_over(client, manager):
    running = months.first_of(timezone.localdate())
    assert client.get(PAGE, {"month": f"{running:%Y-%m}"}).status_code == 404


def test_in_the_readers_language(client):
    client.force_login(make_user(is_management=True, language="en"))
    reader = PdfReader(io.BytesIO(client.get(PAGE).content))
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "Follow-up" in reader.pages[0].extract_text()


def test_looking_stores_nothing(client, manager):
    client.get(PAGE)
    client.get(SETTINGS)
    assert not MonthlyReport.objects.exists()
    assert not BoardSubscription.objects.exists()


def test_choosing_it_and_stopping(client, manager):
    assert "Mail het mij elke maand" in client.get(SETTINGS).content.decode()
    page = client.post(SETTINGS, {"mail": "on"}, follow=True).content.decode()
    assert "Opgeslagen. U krijgt het rapport elke maand." in page
    assert "Het volgende:" in page
    assert BoardSubscription.objects.get().user == manager
    client.post(SETTINGS, {"mail": "on"})
    page = client.post(SETTINGS, {"mail": "off"}, follow=True).content.decode()
    assert "Opgeslagen. U krijgt het rapport niet meer." in page
    assert not BoardSubscription.objects.exists()


def test_everybody_chooses_for_themselves_only(client, manager):
    other = make_user(is_management=True)
    client.post(SETTINGS, {"mail": "on", "user": other.pk})
    assert list(BoardSubscription.objects.values_list("user", flat=True)) == [manager.pk]


def test_the_page_offers_the_last_twelve_months(client, manager):
    page = client.get(SETTINGS).content.decode()
    assert page.count("<option") == 12
    assert f'value="{last():%Y-%m}"' in page


def test_the_way_there_from_ones_own_account(client, manager):
    assert SETTINGS in client.get("/accounts/").content.decode()
    client.force_login(make_user())
    assert SETTINGS not in client.get("/accounts/").content.decode()
