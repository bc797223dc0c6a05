"""Who owns an alert and who is informed."""

import pytest

from alerts.routing import route_for
from tests.factories import make_division, make_project, make_user

pytestmark = pytest.mark.django_db


def project_with(*, manager, fallback=None):
    return make_project(account_manager=manager, division=make_division(fallback=fallback))


def test_account_manager_owns_and_supervisor_is_informed():
    supervisor = make_user()
    manager = make_user(supervisor=supervisor)
    route = route_for(project_with(manager=manager, fallback=make_user()))
    assert (route.owner, route.informed) == (manager, [supervisor])


def test_inactive_account_manager_is_replaced_by_the_fallback():
    supervisor, fallback = make_user(), make_user()
    manager = make_user(supervisor=supervisor, is_active=False)
    route = route_for(project_with(manager=manager, fallback=fallback))
    assert (route.owner, route.informed) == (fallback, [supervisor])


@pytest.mark.parametrize("has_supervisor", [True, False])
def test_missing_or_inactive_supervisor_is_replaced_by_the_fallback(has_supervisor):
    fallback = make_user()
    supervisor = make_user(is_active=False) if has_supervisor else None
    manager = make_user(supervisor=supervisor)
    route = route_for(project_with(manager=manager, fallback=fallback))
    assert (route.owner, route.informed) == (manager, [fallback])


def test_one_person_in_both_parts_is_mailed_once():
    manager = make_user()
    route = route_for(project_with(manager=manager, fallback=manager))
    assert (route.owner, route.informed) == (manager, [])


def test_fallback_who_is_the_supervisor_is_mailed_once():
    supervisor = make_user()
    manager = make_user(supervisor=supervisor, is_active=False)
    route = route_for(project_with(manager=manager, fallback=supervisor))
    assert (route.owner, route.informed) == (supervisor, [])


def test_without_fallback_the_supervisor_owns():
    supervisor = make_user()
    manager = make_user(supervisor=supervisor, is_active=False)
    route = route_for(project_with(manager=manager))
    assert (route.owner, route.informed) == (supervisor, [])


def test_management_owns_what_is_nobody_s():
    manager = make_user(is_active=False)
    boss = make_user(is_management=True)
    assert route_for(project_with(manager=manager)).owner == boss


def test_a_firm_without_active_people_has_no_owner():
    route = route_for(project_with(manager=make_user(is_active=False)))
    assert (route.owner, route.recipients) == (None, [])
