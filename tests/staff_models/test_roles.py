"""Who may do what, and whose work one sees."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from staff.models import User
from staff.roles import RIGHTS, Right, Role, has_right, requires, roles_of
from tests.factories import make_user

# DESIGN, access. Whoever has a team is a supervisor too.
TABLE = """
                      employee  management  administrator  supervisor
work alerts                yes         yes            yes         yes
see all alerts              no         yes             no          no
see the dashboard           no         yes             no          no
see the outbox              no          no            yes          no
prepare invitations        yes         yes            yes         yes
see all invitations         no         yes            yes          no
hold invitations            no         yes             no         yes
run challenges              no         yes            yes          no
administer                  no          no            yes          no
"""
CASES = [
    (Right(line[:26].strip()), role, answer == "yes")
    for line in TABLE.strip("\n").splitlines()[1:]
    for role, answer in zip(Role, line[26:].split(), strict=True)
]


def user_with(role: Role) -> User:
    user = User(
        email="zoe@waterkant.example",
        is_management=role == Role.MANAGEMENT,
        is_administrator=role == Role.ADMINISTRATOR,
    )
    user.has_team = role == Role.SUPERVISOR
    return user


@pytest.mark.parametrize(("right", "role", "may"), CASES)
def test_the_table_of_rights(right, role, may):
    assert has_right(user_with(role), right) is may


def test_the_table_covers_every_right_and_role():
    assert {(right, role) for right, role, _may in CASES} == {
        (right, role) for right in Right for role in Role
    }
    assert set(RIGHTS) == set(Role)


def test_somebody_with_two_roles_has_the_rights_of_both():
    user = User(is_management=True, is_administrator=True)
    assert roles_of(user) == set(Role) - {Role.SUPERVISOR}
    assert all(has_right(user, right) for right in Right)


def test_an_inactive_account_has_no_rights():
    user = User(is_active=False, is_management=True, is_administrator=True)
    assert roles_of(user) == set()
    assert not any(has_right(user, right) for right in Right)
    assert not user.has_perm("staff.add_user")
    assert not user.has_module_perms("staff")


@pytest.mark.parametrize(
    ("user", "is_let_in"),
    [
        (user_with(Role.MANAGEMENT), True),
        (user_with(Role.EMPLOYEE), False),
        (user_with(Role.ADMINISTRATOR), False),
        (AnonymousUser(), False),
    ],
)
def test_a_view_that_requires_a_right(rf, user, is_let_in):
    view = requires(Right.SEE_DASHBOARD)(lambda request: HttpResponse("welcome"))
    request = rf.get("/")
    request.user = user
    if is_let_in:
        assert view(request).content == b"welcome"
    else:
        with pytest.raises(PermissionDenied):
            view(request)


@pytest.mark.django_db
def test_a_supervisor_is_whoever_has_a_team():
    supervisor = make_user()
    report = make_user(supervisor=supervisor)
    assert Role.SUPERVISOR in roles_of(User.objects.get(pk=supervisor.pk))
    assert Role.SUPERVISOR not in roles_of(User.objects.get(pk=report.pk))


@pytest.mark.django_db
def test_a_team_reaches_down_every_level_and_leaves_its_head_out():
    director = make_user()
    heads = [make_user(supervisor=director) for _ in range(2)]
    below = [make_user(supervisor=heads[0]) for _ in range(2)]
    trainee = make_user(supervisor=below[0])
    make_user()  # somebody else's
    everybody = {user.pk for user in (*heads, *below, trainee)}
    assert User.objects.team_ids(director) == everybody
    assert User.objects.team_ids(heads[0]) == everybody - {head.pk for head in heads}
    assert User.objects.team_ids(heads[1]) == set()


@pytest.mark.django_db
def test_a_loop_of_supervisors_ends():
    one, two, three = make_user(), make_user(), make_user()
    for user, supervisor in ((one, three), (two, one), (three, two)):
        User.objects.filter(pk=user.pk).update(supervisor=supervisor)
    assert User.objects.team_ids(one) == {two.pk, three.pk}
    assert User.objects.team_ids(two) == {one.pk, three.pk}


@pytest.mark.django_db
def test_a_team_takes_one_query_a_level(django_assert_num_queries):
    head = make_user()
    for _ in range(2):
        for report in [make_user(supervisor=head) for _ in range(5)]:
            make_user(supervisor=report)
    with django_assert_num_queries(3):  # two levels, and one that finds nobody
        assert len(User.objects.team_ids(head)) == 20


@pytest.mark.parametrize(
    ("name", "first_name", "initials"),
    [
        ("Sanne de Wit", "Sanne", "SW"),
        ("Sanne", "Sanne", "S"),
        ("Jan-Willem van 't Hof", "Jan-Willem", "JH"),
        ("Élodie Ümit", "Élodie", "ÉÜ"),
        ("", "zoe@waterkant.example", "?"),
        ("  ", "zoe@waterkant.example", "?"),
    ],
)
def test_how_a_name_is_shortened(name, first_name, initials):
    user = User(email="zoe@waterkant.example", name=name)
    assert (user.first_name, user.initials) == (first_name, initials)
