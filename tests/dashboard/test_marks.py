"""The marks of the figures lead to lists with as many rows as they say."""

import re

import pytest
from django.core.paginator import Paginator
from django.utils import timezone

from ambassadors.rollup.refreshing import refresh
from surveys.models import Response
from tests.dashboard.conftest import answered
from tests.dashboard.firm import Firm
from tests.factories import make_questionnaire

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/"
STRAY = "?group=negative&score=3&fate=open&step=closed&cause=quality&asked=never&q=a&sort=name"
FILTERS = (
    "",
    "?period=12m&compare=before",
    "?period=all&names=both&page=2",
    "?service={service}",
    "?touchpoint=aftercare",
    STRAY,  # what other lists are asked for is no part of a figure
)


def rows_of(client, address):
    """The list at an address: its name, its number and how many rows it really has."""
    page = client.get(address)
    assert page.status_code == 200
    table = page.context["table"]
    number = page.context["page"].paginator.count
    assert len(list(table.source)) == len(list(Paginator(table.source, 10_000).page(1))) == number
    return table.title, number


@pytest.mark.parametrize("is_refreshed", [False, True])
def test_every_mark_leads_to_as_many_answers_as_it_counts(client, manager, is_refreshed):
    firm = Firm(projects=80)
    if is_refreshed:
        refresh()
    for query in FILTERS:
        context = client.get(PAGE + query.format(service=firm.services[0].pk)).context
        groups_agree(client, context)
        if "aftercare" not in query:  # where that scale was not asked
            scores_agree(client, context)


def groups_agree(client, context):
    lines = context["groups"].lines
    assert [line.kind for line in lines] == ["positive", "neutral", "negative"]
    for line in lines:
        assert rows_of(client, line.address) == (line.opens, line.share.count)
        assert f"group={line.kind}" in line.address
        assert not re.search("compare|names=|page=", line.address)


def scores_agree(client, context):
    columns = context["scores"].columns
    linked = [column for column in columns if column.address]
    assert len(linked) >= 2
    for column in linked:
        assert rows_of(client, column.address) == (column.opens, column.count)
    assert all(column.count == 0 for column in columns if not column.address)


def test_a_link_is_named_for_what_it_opens_and_as_it_reads(client, manager):
    Firm(projects=80)
    for language in ("nl", "en"):
        manager.language = language
        manager.save()
        page = client.get(PAGE)
        html = page.content.decode()
        for line in page.context["groups"].lines:
            assert names_of(html, line.address) == [line.opens] * 2  # and its row in the table
            assert line.label in line.opens
        for column in filter(lambda one: one.address, page.context["scores"].columns):
            both = [f"{column.opens}: {column.words}", column.opens]
            assert names_of(html, column.address) == both
            assert f" {column.label} " in column.opens


def names_of(html, address):
    return re.findall(rf'<a href="{_written(address)}" aria-label="([^"]+)">', html)


def _written(address):
    return re.escape(address.replace("&", "&amp;"))


def test_what_nobody_answered_leads_nowhere(client, manager):
    to_ten = make_questionnaire(
        touchpoint="project_close",
        scale="zero_to_ten",
        is_active=True,
        frozen_at=timezone.now(),
    )
    for score in [9] * 6 + [10] * 5:
        response = answered()
        type(response.invitation).objects.filter(pk=response.invitation.pk).update(
            questionnaire=to_ten
        )
        Response.objects.filter(pk=response.pk).update(score=score)
    context = client.get(PAGE).context
    assert [line.label for line in context["groups"].lines if line.address] == ["+groep"]
    linked = {column.label: column.count for column in context["scores"].columns if column.address}
    assert linked == {"9": 6, "10": 5}


def test_too_few_to_draw_are_listed_all_the_same(client, manager):
    for satisfaction in ("more_than_satisfied", "more_than_satisfied", "dissatisfied"):
        answered(satisfaction)
    plus, zero, minus = client.get(PAGE).context["groups"].lines
    assert rows_of(client, plus.address)[1] == 2
    assert rows_of(client, minus.address)[1] == 1
    assert (plus.marks, zero.address) == (None, "")
