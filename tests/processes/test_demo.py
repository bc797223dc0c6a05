"""The whole demo, as ``make demo SERVE=0`` runs it, in a folder of its own."""

import os
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from tests.outbox.servers import free_port
from tests.processes.running import ROOT, eventually, running
from tests.processes.test_full_chain import is_healthy

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

# An installation's own settings: the demo must not look at them.
HOSTILE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "SITE_URL": "https://klanten.example.nl",
    "DEBUG": "on",
}


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ambassadors.demo", "--folder", str(folder), *arguments],
        cwd=ROOT,
        env={**os.environ, **HOSTILE},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def what_happened(run: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the report up to what differs from run to run: seconds and links."""
    return list(takewhile(lambda line: "seconden" not in line, run.stdout.splitlines()))


def test_the_chain_works_twice_and_is_told_in_thirty_lines(tmp_path: Path) -> None:
    first, second = (
        demo(tmp_path / "demo", "--no-serve", "--port", str(free_port())) for _round in range(2)
    )
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    lines = first.stdout.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    for address in ("/s/", "/alerts/", "/dashboard/", "/outbox/"):
        assert address in first.stdout
    assert what_happened(second) == what_happened(first)


def test_ctrl_c_ends_it_with_its_server(tmp_path: Path) -> None:
    port = free_port()
    command = (sys.executable, "-m", "ambassadors.demo", "--folder", str(tmp_path / "demo"))
    log = tmp_path / "log"
    with running({**os.environ, **HOSTILE}, *command, "--port", str(port), log=log) as process:
        eventually(
            lambda: "Ctrl-C" in log.read_text(encoding="utf-8"), what="the report", within=120
        )
        assert is_healthy(f"http://localhost:{port}")
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(60) == 0
        assert not is_healthy(f"http://localhost:{port}")
