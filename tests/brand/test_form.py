"""The page of the branding: what it refuses, what it keeps, what it shows and what it stores."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from staff.branding import Look, current_brand, save_brand
from staff.logo import Fault
from staff.logo_upload import clean_logo
from staff.models import Brand
from tests.brand.files import REFUSED, WAVE, png
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

FILLED = {"name": "Waterkant", "accent": "#0B5E75", "signature": "Kadeplein 1\r\n\r\n Zoetermeer "}


@pytest.fixture(params=["nl"])
def administrator(client: Client, request: pytest.FixtureRequest):
    user = make_user(name="Joost Visser", is_administrator=True, language=request.param)
    client.force_login(user)
    return user


def upload(data: bytes, name: str = "logo.svg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def post(client: Client, button: str, **fields: Any) -> Any:
    return client.post("/brand/", {**FILLED, button: "", **fields})


def text_of(response: Any) -> str:
    return response.content.decode()


def test_saving_stores_all_of_it_and_who_did(client: Client, administrator) -> None:
    response = client.post(
        "/brand/", {**FILLED, "save": "", "logo": upload(WAVE, "logo.png")}, follow=True
    )
    assert response.redirect_chain == [("/brand/", 302)]
    assert "Opgeslagen. Klanten zien het vanaf nu." in text_of(response)
    assert current_brand() == Look(
        own_name="Waterkant",
        logo=clean_logo(WAVE),
        accent="#0b5e75",
        signature="Kadeplein 1\nZoetermeer",
    )
    assert Brand.objects.get().changed_by == administrator


@pytest.mark.usefixtures("administrator")
def test_looking_at_the_example_stores_nothing_and_shows_everything(client: Client) -> None:
    page = text_of(post(client, "preview", logo=upload(WAVE)))
    assert not Brand.objects.exists()
    assert page.count(clean_logo(WAVE).data_uri) == 2  # light and dark; not in the mail
    assert page.count("Kadeplein 1<br>Zoetermeer") == 4
    assert "/brand/colours/0b5e75.css" in page
    assert "Contrast 6,8 op licht papier" in page
    colours = client.get("/brand/colours/0b5e75.css")
    assert colours["Content-Type"] == "text/css"
    assert text_of(colours).startswith(".sheet{--firm:#0b5e75}.sheet.dark{--firm:#")


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("data", [WAVE, png()])
@pytest.mark.parametrize("first", ["preview", "save"])
def test_a_logo_is_chosen_once(client: Client, data: bytes, first: str) -> None:
    """It stays through a look at the example, and through an error elsewhere in the form."""
    page = text_of(post(client, first, logo=upload(data), accent="#ffff00"))
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept is not None
    post(client, "save", kept=kept[1])
    assert current_brand().logo == clean_logo(data)


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("kept", ["x", "é", "PHN2Zz48c2NyaXB0Lz48L3N2Zz4=", "A" * 39_000])
def test_what_came_along_is_not_believed(client: Client, kept: str) -> None:
    post(client, "save", kept=kept)
    assert current_brand().logo is None


@pytest.mark.usefixtures("administrator")
def test_removing_the_logo(client: Client) -> None:
    assert "Logo verwijderen" not in text_of(client.get("/brand/"))
    save_brand(Look(logo=clean_logo(WAVE)), actor=None)
    assert "Logo verwijderen" in text_of(client.get("/brand/"))
    post(client, "save")
    assert current_brand().logo is not None
    assert "data:image" not in text_of(post(client, "preview", remove_logo="on"))
    post(client, "save", remove_logo="on")
    assert current_brand().logo is None


SAYS = {
    Fault.TOO_BIG: ("groter dan 1 MB", "larger than 1 MB"),
    Fault.UNREADABLE: ("geen leesbare SVG of PNG", "no SVG or PNG that can be read"),
    Fault.ENTITIES: ("bevat entiteiten", "defines entities"),
    Fault.NO_SIZE: ("staat niet hoe groot", "does not say how large"),
    Fault.TOO_COMPLEX: ("te ingewikkeld", "too complicated"),
    Fault.EMPTY: ("bevat geen lijnen", "holds no lines"),
    Fault.SHAPE: ("te lang of te hoog", "too long or too high"),
    Fault.TOO_HEAVY: ("te zwaar", "too heavy"),
}


@pytest.mark.parametrize(
    ("administrator", "at"), [("nl", 0), ("en", 1)], indirect=["administrator"]
)
@pytest.mark.parametrize("fault", Fault)
def test_a_logo_is_refused_in_words(client: Client, administrator, at: int, fault: Fault) -> None:
    data = next(data for data, name in REFUSED.values() if Fault[name] is fault and data)
    response = post(client, "save", logo=upload(data))
    assert response.status_code == 200
    assert text_of(response).count(SAYS[fault][at]) == 2  # in the summary and beside the field
    assert not Brand.objects.exists()


@pytest.mark.usefixtures("administrator")
def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(client: Client) -> None:
    page = text_of(post(client, "save", accent="#f0a030"))
    assert "het contrast met het papier is 1,9, en 4,5 is nodig" in page
    offered = re.search('name="take" value="(#[0-9a-f]{6})"', page)
    assert offered is not None
    assert not Brand.objects.exists()
    page = text_of(client.post("/brand/", {**FILLED, "accent": "#f0a030", "take": offered[1]}))
    assert f'name="accent" value="{offered[1]}"' in page
    assert 'name="take"' not in page
    assert not Brand.objects.exists()
    post(client, "save", accent=offered[1])
    assert current_brand().accent == offered[1]


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    ("written", "stored"),
    [("0b5e75", "#0b5e75"), (" #0B5E75 ", "#0b5e75"), ("#037", "#003377"), ("", "")],
)
def test_a_colour_as_people_write_it(client: Client, written: str, stored: str) -> None:
    post(client, "save", accent=written)
    assert current_brand().accent == stored


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    "written", ["blauw", "#12345", "red}*{display:none", "#0b5e7g", "#１２３４５６"]
)
def test_what_is_no_colour_is_refused(client: Client, written: str) -> None:
    assert "Schrijf een kleur als" in text_of(post(client, "save", accent=written))
    assert not Brand.objects.exists()


@pytest.mark.usefixtures("administrator")
def test_a_signature_has_five_lines_at_most(client: Client) -> None:
    page = text_of(post(client, "save", signature="\n".join("abcdef")))
    assert "Schrijf hooguit vijf regels" in page
    post(client, "save", signature="\n".join("abcde") + "\n\u200b\n\u2028")
    assert current_brand().signature_lines == list("abcde")


@pytest.mark.usefixtures("administrator")
def test_what_is_written_is_inert(client: Client) -> None:
    hostile = '<script>alert("1")</script>'
    page = text_of(post(client, "preview", name=hostile, signature=hostile))
    assert hostile not in page
    assert page.count("&lt;script&gt;") >= 6


@pytest.mark.usefixtures("administrator")
def test_errors_show_in_the_example_only_where_it_follows_by_itself(client: Client) -> None:
    asked = text_of(post(client, "preview", accent="geel"))
    followed = text_of(post(client, "preview", accent="geel", live="1"))
    assert followed.count("Schrijf een kleur als") == asked.count("Schrijf een kleur als") + 1


@pytest.mark.parametrize("address", ["/settings/", "/brand/", "/questionnaires/", "/texts/"])
def test_every_page_of_settings_is_marked_in_the_menu(client, administrator, address) -> None:
    page = text_of(client.get(address))
    assert 'href="/settings/" aria-current="page"' in page
    assert page.count('aria-current="page"') == 1
    assert address == "/settings/" or page.count('href="/settings/"') == 2


def test_the_settings_lead_there(client: Client, administrator) -> None:
    page = text_of(client.get("/settings/"))
    assert 'href="/brand/"' in page
    assert 'href="/admin/"' in page
    assert 'href="/settings/"' in text_of(client.get("/alerts/"))
    client.force_login(make_user())
    assert "/settings/" not in text_of(client.get("/alerts/"))
