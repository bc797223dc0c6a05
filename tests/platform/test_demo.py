"""The demo's parts; the whole of it runs in tests/processes/test_demo.py."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest

from ambassadors.demo import home, voices
from ambassadors.demo.chain import Result
from ambassadors.demo.home import RefusedError
from ambassadors.demo.people import People
from ambassadors.demo.report import lines_of
from ambassadors.demo.visitors import VisitError, Visitor
from staff.models import User
from surveys.actions import InvitationRun
from surveys.importers import ImportReport
from surveys.importers.codes import Code
from surveys.importers.report import Fault
from surveys.models import MOTIVATION_MAX, Client, Contact, Invitation, LeftOut, ProjectContact
from surveys.segmentation import Group, Recommendation, Satisfaction, segment

# Its folder -----------------------------------------------------------------------------------


def test_a_folder_with_other_data_is_left_untouched(tmp_path: Path) -> None:
    database = tmp_path / home.DATABASE
    database.write_bytes(b"somebody's clients")
    with pytest.raises(RefusedError, match="niet van de demo zijn"):
        home.prepare(tmp_path)
    assert database.read_bytes() == b"somebody's clients"
    assert list(tmp_path.iterdir()) == [database]


def test_only_its_own_files_are_removed(tmp_path: Path) -> None:
    home.prepare(tmp_path).close()
    for name in (home.DATABASE, f"{home.DATABASE}-wal", "notes.txt"):
        (tmp_path / name).write_text("x", encoding="ascii")
    home.prepare(tmp_path).close()
    assert {path.name for path in tmp_path.iterdir()} == {home.MARKER, "notes.txt"}


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with home.prepare(tmp_path), pytest.raises(RefusedError, match="Er draait al een demo"):
        home.prepare(tmp_path)
    home.prepare(tmp_path).close()


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert home.free_port(taken) > taken


# What the clients say -------------------------------------------------------------------------


def planned_groups(languages: list[str]) -> list[Group]:
    planned = voices.plan(languages, Random(1))
    return [
        segment(Satisfaction(one.satisfaction), Recommendation(one.recommendation)).group
        for one in planned
    ]


@pytest.mark.parametrize("languages", [["nl"] * 30, ["nl"] * 28 + ["en"] * 2, ["nl"] * 100])
def test_the_mix_is_believable(languages: list[str]) -> None:
    groups = Counter(planned_groups(languages))
    count = len(languages)
    assert groups.total() == count
    assert groups[Group.POSITIVE] == round(count * voices.POSITIVE)
    assert groups[Group.NEGATIVE] == round(count * voices.NEGATIVE)


def test_the_first_two_are_the_unhappy_one_and_a_happy_one() -> None:
    assert planned_groups(["nl"] * 10)[:2] == [Group.NEGATIVE, Group.POSITIVE]
    assert 600 <= len(voices.UNHAPPY_AND_LONG.motivation) <= MOTIVATION_MAX


def test_the_same_clients_say_the_same() -> None:
    languages = ["nl"] * 25 + ["en"] * 3
    assert voices.plan(languages, Random(7)) == voices.plan(languages, Random(7))


# What it prints -------------------------------------------------------------------------------


def result(*, faults: int = 0) -> Result:
    """A result with everything as long as it can be."""
    imported = ImportReport(name="lijst.csv", is_dry_run=False, read=100_000, good=90_000)
    imported.faults = [
        Fault(line, code, "E-mail accountmanager", "x", {"value": "lang " * 40, "line": 1})
        for line, code in enumerate((Code.INVALID_EMAIL, Code.NO_SUCH_DAY, Code.MISSING) * 5)
    ]
    name = "Hendrik-Jan van den Bergh-ter Horst el Idrissi"
    user = User(name=name, email="hendrik-jan.van.den.bergh-ter.horst@waterkant-advies.example")
    client = Client(name="Hoogheemraadschap van " + "Hollands Noorderkwartier " * 6)
    contact = Contact(client=client, name=name * 3)
    return Result(
        imported=imported,
        invitations=InvitationRun(
            touchpoints=Counter(project_close=1234),
            left_out=Counter(dict.fromkeys(LeftOut, 99_999)),
        ),
        people=People(user, user, user, user),
        answered=500,
        groups=Counter({"positive": 100, "neutral": 300, "negative": 100}),
        alerts=200,
        mails=400,
        seconds=[0.1, 0.2, 12.3],
        unanswered=Invitation(project_contact=ProjectContact(contact=contact)),
        unanswered_link="http://localhost:8000/s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/",
        faults=[f"fault {number} " + "x" * 200 for number in range(faults)],
    )


@pytest.mark.parametrize("faults", [0, 1, 50])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_report_fits_thirty_lines_of_a_hundred(faults: int, language: str) -> None:
    from django.utils.translation import override

    with override(language):
        lines = lines_of(result(faults=faults))
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    text = "\n".join(lines)
    assert "/s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/" in text
    assert ("fault 0" in text) == (faults > 0)


def test_the_report_tells_the_figures() -> None:
    text = "\n".join(lines_of(result()))
    for figure in ("90000 van 100000", "1234", "500 (41%)", "100 in de +groep", "0,20", "12,30"):
        assert figure in text


# The simulated visitors -----------------------------------------------------------------------

PAGE = b"""<html><form action="/search"><input name="q"></form>
<form method="post"><input type="hidden" name="csrf" value="abc">
<input type="radio" name="answer" value="yes"><input type="radio" name="answer" value="no">
<textarea name="why"></textarea><button>Send</button></form></html>"""


class Site(BaseHTTPRequestHandler):
    """/form posts to itself: thanks for yes, the form again for no, and 500 without a word."""

    posted: list[str] = []

    def do_GET(self) -> None:
        self._answer(200, PAGE if self.path == "/form" else b"<html>thanks</html>")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.posted.append(body)
        if "answer=no" in body:
            self._answer(200, PAGE)
        elif "answer=yes" in body:
            self._answer(302, b"", location="/thanks")
        else:
            self._answer(500, b"")

    def _answer(self, status: int, body: bytes, *, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    Site.posted = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Visitor(f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


def test_a_visitor_sends_the_form_as_it_was_served(visitor: Visitor) -> None:
    page = visitor.get("/form")
    assert visitor.submit(page, [("answer", "yes"), ("why", "a & b")]).path == "/thanks"
    assert Site.posted == ["csrf=abc&answer=yes&why=a+%26+b"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ([("answer", "no")], "not accepted"),
        ([("why", "x")], "500"),
        ([("answer", "perhaps")], "does not offer"),
        ([("colour", "red")], "does not offer"),
    ],
)
def test_a_visitor_complains_when_the_page_does_not_work(
    visitor: Visitor, fields: list[tuple[str, str]], complaint: str
) -> None:
    with pytest.raises(VisitError, match=complaint):
        visitor.submit(visitor.get("/form"), fields)


def test_a_complaint_holds_no_token() -> None:
    with pytest.raises(VisitError) as caught:
        Visitor("http://127.0.0.1:1").get("/s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/")
    assert "Qc55" not in str(caught.value)
