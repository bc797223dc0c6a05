"""A lead in a real browser: by keyboard from the list, on a phone, without JavaScript, by axe."""

from decimal import Decimal

import pytest

from alerts.models import Lead
from tests.browser.test_inbox_list import LONG, enter
from tests.factories import make_lead, make_service, make_user

__all__ = ["enter"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]


@pytest.fixture
def lead():
    owner = make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))
    make_lead(owner=owner, motivation=LONG, value=Decimal("18500"))
    return make_lead(owner=owner, services=(make_service(name=LONG),), motivation=LONG)


def test_the_first_lead_opens_by_keys(enter, lead):
    page = enter(lead.owner, "?tab=leads").page
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("o")
    assert "/alerts/leads/" in page.url


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "nl-NL"), (1280, "light", "en-GB")]
)
def test_axe_finds_nothing_and_nothing_runs_over(enter, lead, width, scheme, language):
    options = {"width": width, "color_scheme": scheme, "locale": language}
    for path in ("?tab=leads", f"leads/{lead.pk}/"):
        watched = enter(lead.owner, path, **options)
        assert watched.axe_findings() == []
        assert not watched.is_too_wide
        assert watched.console == []


def test_a_lead_is_worked_without_javascript(enter, lead):
    page = enter(lead.owner, f"leads/{lead.pk}/", java_script_enabled=False).page
    assert page.locator("form[method=post]").count() > 1
    assert page.locator("a[href^='tel:']").count()
    assert Lead.objects.get(pk=lead.pk).version == 0  # looking changes nothing
