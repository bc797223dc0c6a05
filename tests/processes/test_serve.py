"""``manage.py serve`` from outside: it says what is wrong, and ends in an orderly way."""

import signal
import socket
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from ambassadors.demo.visitors import Visitor
from tests.outbox.servers import free_port
from tests.processes.running import clean_environment, eventually, manage, reachable_redis, running
from tests.processes.test_full_chain import is_healthy

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    environment = clean_environment(tmp_path)
    assert manage(environment, "migrate").returncode == 0
    return environment


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0(
    installation: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    command = (sys.executable, "manage.py", "serve", "--port", str(port))
    with running(installation, *command, log=tmp_path / "log") as process:
        eventually(lambda: is_healthy(f"http://localhost:{port}"), what="the pages")
        process.send_signal(number)
        assert process.wait(30) == 0
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert f"http://localhost:{port}" in log
    assert "Traceback" not in log


def test_a_request_in_hand_is_answered_before_it_ends(
    installation: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    command = (sys.executable, "manage.py", "serve", "--port", str(port))
    with running(installation, *command, log=tmp_path / "log") as process:
        eventually(lambda: is_healthy(f"http://localhost:{port}"), what="the pages")
        connection = HTTPConnection("localhost", port, timeout=20)
        connection.request("GET", "/accounts/login/")
        process.terminate()
        response = connection.getresponse()
        assert response.status == 200
        assert b"</html>" in response.read()
        assert process.wait(30) == 0


def test_links_lead_to_the_port_that_is_served(
    installation: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    command = (sys.executable, "manage.py", "serve", "--port", str(port))
    with running(installation, *command, log=tmp_path / "log"):
        site = f"http://localhost:{port}"
        eventually(lambda: is_healthy(site), what="the pages")
        assert Visitor(site).get("/accounts/login/").form().offered.keys() >= {"login", "password"}


def test_a_port_in_use_is_said_in_one_sentence(installation: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = manage(installation, "serve", "--port", str(port))
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_migrations_it_says_what_to_run(tmp_path: Path) -> None:
    done = manage(clean_environment(tmp_path), "serve", "--port", str(free_port()))
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_with_redis_it_serves_pages_only_and_says_so(
    installation: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    environment = {**installation, "REDIS_URL": reachable_redis()}
    command = (sys.executable, "manage.py", "serve", "--port", str(port))
    with running(environment, *command, log=tmp_path / "log") as process:
        eventually(lambda: is_healthy(f"http://localhost:{port}"), what="the pages")
        process.terminate()
        assert process.wait(30) == 0
    assert "REDIS_URL" in (tmp_path / "log").read_text(encoding="utf-8")
