"""Views that somebody keeps of the dashboard, and the mode that hides persons, on the page."""

from ambassadors.steering.models import DashboardView
from staff.council import CouncilDecision
from staff.models import User
from tests.dashboard.conftest import answered

PAGE = "/dashboard/"


def test_the_dashboard_opens_with_the_view_that_somebody_starts_with(client, manager):
    answered()
    assert client.get(PAGE).status_code == 200
    view = DashboardView.objects.create(
        owner=manager, name="Kwartaal", query="period=90d", is_start=True
    )
    assert client.get(PAGE).headers["Location"] == view.address
    page = client.get(view.address).content.decode()
    assert "Kwartaal" in page


def test_a_filter_by_person_shows_once_the_mode_is_off(client, manager):
    one, other = answered(), answered()
    address = f"{PAGE}?manager={one.project.account_manager_id}"
    page = client.get(address).content.decode()
    assert other.contact.name in page
    assert 'name="manager"' not in page
    CouncilDecision.objects.create(
        is_on=False, reason="Afgesproken met de raad.", decided_by=User.objects.first()
    )
    page = client.get(address).content.decode()
    assert one.contact.name in page
    assert other.contact.name not in page
