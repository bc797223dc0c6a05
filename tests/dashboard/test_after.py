"""What stands below the shares, each number counted again from the rows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import timezone

from alerts.models import Alert
from ambassadors.dashboard.accounts import last_year, silent_accounts
from ambassadors.dashboard.after import sections
from ambassadors.dashboard.following_up import leads_in, of_projects, open_minus
from ambassadors.programme.models import Ask
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.refreshing import refresh
from ambassadors.rollup.scope import Band, Scope, band_of
from surveys.models import Client, Invitation, Project, ProjectContact, Response
from tests.dashboard.conftest import answered, asked
from tests.factories import (
    make_alert,
    make_ask,
    make_client,
    make_division,
    make_lead,
    make_project,
    make_project_contact,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now


def figures(**scope):
    return Figures(Scope(**scope), now=NOW())


def year_ago():
    return timezone.localdate() - timedelta(days=364)


class _Request:
    def __init__(self, user):
        self.user, self.GET = user, QueryDict("period=all")


def both_ways(check):
    """Hold ``check`` before the figures are brought up to date and after."""
    for refreshed in (False, True):
        if refreshed:
            refresh()
        check()


class TestOpen:
    def test_it_counts_open_minus_with_the_oldest_the_late_and_the_money(self, manager):
        now = NOW()
        late = make_alert(now=now - timedelta(days=9))
        make_alert(now=now - timedelta(minutes=1))
        make_alert(satisfaction="more_than_satisfied", recommendation="yes")
        client = late.response.project.client
        make_project(client=client, value=Decimal(100_000))
        long_ago = timezone.localdate() - timedelta(days=500)
        make_project(client=client, value=Decimal(7_000), closed_on=long_ago)
        make_project(value=Decimal(1_000_000))

        def check():
            found = open_minus(figures())
            rows = Alert.objects.open().filter(group="negative")
            assert found.count == rows.count() == 2
            assert found.late == sum(alert.due_at < NOW() for alert in rows) == 1
            assert found.oldest == min(alert.response.submitted_at for alert in rows)
            clients = {alert.response.project.client_id for alert in rows}
            projects = Project.objects.filter(client__in=clients, closed_on__gte=year_ago())
            assert found.worth == sum(project.value for project in projects) == 269_000
            assert found.clients == 2

        both_ways(check)

    def test_what_was_closed_a_moment_ago_is_gone(self, manager):
        alert = make_alert()
        refresh()
        now = NOW()
        Alert.objects.filter(pk=alert.pk).update(
            state="closed", closed_at=now, outcome="partly", root_cause="quality"
        )
        both_ways(lambda: self._is_none())

    def _is_none(self):
        assert open_minus(figures()).count == 0

    def test_the_list_is_the_number(self, client, manager):
        for _number in range(3):
            make_alert()
        make_alert(satisfaction="more_than_satisfied", recommendation="yes")

        def check():
            page = client.get("/dashboard/lists/open/")
            assert page.context["page"].paginator.count == open_minus(figures()).count == 3

        both_ways(check)

    def test_another_division_is_left_out(self, manager):
        alert = make_alert()
        make_alert()
        division = alert.response.project.division
        both_ways(lambda: self._is_one(division))

    def _is_one(self, division):
        assert open_minus(figures(division=division)).count == 1


class TestSilent:
    def plainly(self, first=None):
        """The silent clients, from the rows themselves."""
        since = timezone.make_aware(
            timezone.datetime.combine(first_of_year(), timezone.datetime.min.time())
        )
        found = []
        for client in Client.objects.all():
            closed = client.projects.filter(state="closed")
            worth = sum(
                project.value or 0
                for project in closed
                if first is None or project.closed_on >= first
            )
            answers = Response.objects.standing().filter(
                invitation__project_contact__project__client=client
            )
            if not worth or answers.filter(submitted_at__gte=since).exists():
                continue
            invited = Invitation.objects.filter(
                project_contact__project__client=client,
                project_contact__project__closed_on__gte=first_of_year(),
            )
            last = answers.order_by("-submitted_at").values_list("submitted_at", flat=True).first()
            found.append((client.pk, worth, invited.count(), last))
        return sorted(found, key=lambda row: (-row[1], row[0]))

    @pytest.fixture
    def firm(self, manager):
        """Clients that speak, that spoke long ago, that never did, and one without value."""
        today = timezone.localdate()
        answered(value=Decimal(900_000))
        asked(value=Decimal(50_000))
        big = make_client()
        for value, contacts in ((100_000, 2), (None, 1), (20_000, 0)):
            project = make_project(client=big, value=value)
            for _number in range(contacts):
                make_project_contact(project=project)
        old = answered(value=Decimal(70_000), closed_on=today - timedelta(days=600))
        Response.objects.update_or_create(
            pk=old.pk, defaults={"submitted_at": NOW() - timedelta(days=590)}
        )
        asked(client=old.project.client, value=Decimal(5_000))
        make_project(value=None)
        return big

    def test_they_are_the_clients_with_value_of_which_nobody_answered(self, firm):
        def check():
            for first in (None, timezone.localdate() - timedelta(days=100)):
                found = silent_accounts(figures(first=first))
                assert [
                    (one.client, one.worth, one.asked, one.last_answer) for one in found
                ] == self.plainly(first)
                assert silent_accounts(figures(first=first), most=2) == found[:2]
            assert len(found) == 3

        both_ways(check)

    def test_an_answer_takes_a_client_off_at_once(self, client, firm):
        refresh()
        answered(client=firm, value=None)

        def check():
            assert firm.pk not in {one.client for one in silent_accounts(figures())}
            page = client.get("/dashboard/lists/silent/", {"period": "all"})
            assert page.context["page"].paginator.count == len(self.plainly())

        both_ways(check)

    def test_a_value_that_changes_counts_at_once(self, firm):
        refresh()
        Project.objects.filter(client=firm, value=None).update(value=1_000_000)
        both_ways(lambda: self._leads_with(firm))

    def _leads_with(self, client):
        first = silent_accounts(figures())[0]
        assert (first.client, first.worth) == (client.pk, 1_120_000)


def first_of_year():
    return last_year(NOW())


class TestYield:
    def test_asks_are_counted_by_kind_and_answer_in_the_period(self, client, manager):
        today = timezone.localdate()
        make_ask(asked_on=today)
        make_ask(asked_on=today, kind="quote")
        given = make_ask(asked_on=today)
        Ask.objects.filter(pk=given.pk).update(
            answer="yes", answered_on=today, answer_recorded_by=manager
        )
        make_ask(asked_on=today - timedelta(days=400))
        after = sections(_Request(manager), figures(first=today - timedelta(days=30)))["after"]
        assert {line.label: (line.count, line.parts) for line in after["asks"]} == {
            "Introductie": (2, (1, 1, 0, 0)),
            "Citaat": (1, (1, 0, 0, 0)),
        }
        assert after["asks_number"] == 3
        page = client.get("/dashboard/lists/asks/", {"period": "30d"})
        assert page.context["page"].paginator.count == 3

    def test_leads_are_counted_by_stage_with_their_value(self, client, manager):
        make_lead(stage="won", value=Decimal(18_000), closed_at=NOW())
        make_lead()
        make_lead(stage="offered", value=Decimal(500))
        after = sections(_Request(manager), figures())["after"]
        assert [(line.stage, line.count, line.value) for line in after["leads"]] == [
            ("new", 1, 0),
            ("offered", 1, 500),
            ("won", 1, 18_000),
        ]
        page = client.get("/dashboard/lists/leads/", {"period": "all"})
        assert page.context["page"].paginator.count == 3

    def test_a_part_of_the_firm_has_its_own_leads(self, manager):
        division = make_division()
        lead = make_lead(project=make_project(division=division))
        make_lead()
        assert list(leads_in(Scope(division=division))) == [lead]

    @pytest.mark.parametrize("band", list(Band))
    def test_a_step_of_value_holds_the_projects_of_that_step(self, manager, band):
        values = (None, 0, 24_999, 25_000, 99_999, 100_000, 499_999, 500_000, 9_000_000)
        parts = [make_project_contact(project=make_project(value=value)) for value in values]
        found = ProjectContact.objects.filter(of_projects(Scope(band=band), "project"))
        expected = {part.pk for part in parts if band_of(part.project.value) == band}
        assert {part.pk for part in found} == expected


class TestCauses:
    def test_causes_are_named_sorted_and_lead_to_their_list(self, client, manager):
        for cause in ("planning", "quality", "quality"):
            alert = make_alert()
            Alert.objects.filter(pk=alert.pk).update(
                state="closed", closed_at=NOW(), outcome="partly", root_cause=cause
            )

        def check():
            after = sections(_Request(manager), figures())["after"]
            assert [(line.label, line.count) for line in after["causes"]] == [
                ("Kwaliteit van het werk", 2),
                ("Planning of deadlines", 1),
            ]
            for line in after["causes"]:
                page = client.get(line.href)
                assert page.context["page"].paginator.count == line.count

        both_ways(check)

    def test_fixes_are_counted_by_state(self, client, manager):
        alert = make_alert()
        Alert.objects.filter(pk=alert.pk).update(
            state="closed",
            closed_at=NOW(),
            outcome="partly",
            root_cause="cost",
            structural_fix="Eén factuur",
        )
        after = sections(_Request(manager), figures())["after"]
        assert [line.count for line in after["fixes"]] == [1, 0, 0, 0]
        assert after["fixes_number"] == 1


def test_the_sections_take_a_fixed_number_of_queries(manager, django_assert_max_num_queries):
    for _number in range(3):
        make_alert()
        make_lead()
        make_ask(asked_on=timezone.localdate())
        asked()
    refresh()
    found = figures()
    _ = found.tail
    with django_assert_max_num_queries(20):
        sections(_Request(manager), found)
