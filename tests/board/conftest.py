"""What the tests of the board report share: firms in October 2026, and the page read back."""

import io
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from alerts import working
from alerts.actions import raise_alert
from ambassadors.board.reports import make_report
from surveys.models import Client, Response
from tests.dashboard.conftest import mail_of
from tests.factories import (
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)

MONTH = date(2026, 10, 1)
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # nine in Amsterdam


@pytest.fixture
def manager(client, db):
    """Management, signed in on ``client``."""
    user = make_user(name="Ingrid Mulder", is_management=True)
    client.force_login(user)
    return user


def page_of(language="nl", month=MONTH, now=NOW) -> tuple[PdfReader, str]:
    """Make the report, and return it with its text, white space as single spaces."""
    reader = PdfReader(io.BytesIO(make_report(month, language=language, now=now)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.split())


def answered(
    satisfaction="more_than_satisfied",
    recommendation="yes",
    interest="yes",
    closed_on=date(2026, 10, 12),
    contact="",
    client="",
    **project,
):
    """An answer about a project that closed in October, three days after the mail left."""
    if client:
        project["client"] = Client.objects.create(name=client)
    project = make_project(closed_on=closed_on, **project)
    person = make_contact(client=project.client, name=contact)
    at = datetime(closed_on.year, closed_on.month, closed_on.day, 9, tzinfo=UTC)
    invitation = make_invitation(
        project_contact=make_project_contact(project=project, contact=person), invited_at=at
    )
    mail_of(invitation)
    return make_response(
        invitation=invitation,
        satisfaction=satisfaction,
        recommendation=recommendation,
        interest=interest,
        submitted_at=at + timedelta(days=3),
    )


def silent(closed_on=date(2026, 10, 12), *, is_asked=True, **project):
    """Somebody who has not answered, or was not asked."""
    part = make_project_contact(project=make_project(closed_on=closed_on, **project))
    if is_asked:
        at = datetime(closed_on.year, closed_on.month, closed_on.day, 9, tzinfo=UTC)
        mail_of(make_invitation(project_contact=part, invited_at=at))


def fill(*, number=160, divisions=5, seed=1927, long_names=False):
    """A firm with answers of every kind over fourteen months, the same on every run."""
    dice = random.Random(seed)
    word = "Waterschappelijke Samenwerkingsverbanden en Omgevingsdiensten "
    parts = [
        make_division(name=f"{word[:40] if long_names else 'Divisie'} {place:02}")
        for place in range(divisions)
    ]
    owner = make_user(name="Sanne de Wit")
    for place in range(number):
        closed_on = date(2026, 10, 28) - timedelta(days=dice.randrange(420))
        if dice.random() < 0.3:
            closed_on = date(2026, 10, dice.randrange(1, 29))
        fields = {"closed_on": closed_on, "division": parts[place % divisions]}
        fields["account_manager"] = owner
        if dice.random() < 0.35:
            silent(is_asked=dice.random() < 0.7, **fields)
            continue
        answered(
            satisfaction=dice.choices(
                ["more_than_satisfied", "satisfied", "dissatisfied"], [5, 3, 2]
            )[0],
            recommendation=dice.choice(["yes", "yes", "maybe", "no", "not_allowed"]),
            interest=dice.choice(["yes", "not_now"]),
            contact=f"{'Willemijn ' * 9}{place}" if long_names else f"Łukasz Yılmaz-{place}",
            client=f"{word * 3}{place}" if long_names else f"Gemeente Ærø ’s-Gravenmoer {place}",
            **fields,
        )


def follow(*, seed=1908):
    """Raise and work the signals of every + and –: in time, late, not at all; some are closed."""
    dice = random.Random(seed)
    for response in Response.objects.exclude(group="neutral").order_by("pk"):
        alert = raise_alert(response=response, now=response.submitted_at)
        if dice.random() < 0.12:
            continue
        waited = timedelta(hours=dice.choice([1, 2, 3, 20, 50]))
        spoken_at = response.submitted_at + waited
        person = {"alert": alert, "actor": alert.owner}
        working.acknowledge(**person, now=spoken_at - timedelta(minutes=30))
        working.log_contact(**person, how="spoke", now=spoken_at)
        if response.group == "negative" and dice.random() < 0.8:
            working.close(
                **person,
                outcome=dice.choice(["recovered", "partly"]),
                root_cause=dice.choice(["quality", "cost", "communication", "cost"]),
                now=spoken_at + timedelta(hours=5),
            )


def score(*, seed=1903):
    """Give the answers the scale of 0 to 10, where "may not" was not said."""
    dice = random.Random(seed)
    scale = {"yes": (9, 10), "maybe": (7, 8), "no": (2, 4, 6)}
    for response in Response.objects.exclude(recommendation="not_allowed").order_by("pk"):
        response.score = dice.choice(scale[response.recommendation])
        response.save(update_fields=["score"])
