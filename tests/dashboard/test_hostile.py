"""Whatever stands in an address: a page, a file or "no such page". And looking never writes."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ambassadors.dashboard.forms import PARTS, PERIOD
from ambassadors.dashboard.lists import LISTED, TABLES
from ambassadors.rollup.refreshing import refresh
from tests.dashboard.conftest import answered

pytestmark = pytest.mark.django_db
PAGES = ["", "names/", "contacts/", *(f"lists/{which}/" for which in LISTED)]
FILES = [f"export/{which}.{kind}" for which, kind in product(TABLES, ("csv", "xlsx"))]
OTHERS = ("compare", "names", "q", "sort", "page", "asked", "consent")
FIGURES = ("step", "fate", "group", "score", "cause")  # each may be "no such page"
STRANGE = ["a\0b", "9" * 19, "9" * 5_000, "９", b"\xed\xa0\x80", "%_\\", "-1", "💥" * 300]


def seen(browser, path, query=None):
    """The status of an answer that was read to its end."""
    response = browser.get(f"/dashboard/{path}", query)
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response.status_code


@pytest.fixture
def half_stale(manager):
    """One answer that stands in the figures and one that does not yet."""
    answered()
    refresh()
    return answered()


@pytest.mark.parametrize("path", [*PAGES, *FILES[::2]])
@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
def test_nothing_in_an_address_fails(client, half_stale, path, value):
    filters = dict.fromkeys((*PERIOD, *PARTS, *OTHERS), value)
    assert seen(client, path, filters) == 200
    assert seen(client, path, {**filters, **dict.fromkeys(FIGURES, value)}) in (200, 404)


def test_looking_writes_nothing(client, half_stale):
    contact = half_stale.contact
    portraits = [f"people/{contact.pk}/", f"clients/{contact.client_id}/"]
    with CaptureQueriesContext(connection) as queries:
        for path in (*PAGES, *FILES, *portraits):
            assert seen(client, path) == 200
    words = {query["sql"].split()[0].upper() for query in queries}
    assert not words & {"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"}
