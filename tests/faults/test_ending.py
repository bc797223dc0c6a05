"""A run ends by itself and leaves nothing behind, also when somebody presses Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.running import ROOT, eventually

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


def of_the_run(folder: Path) -> list[str]:
    """Return the processes that have ``folder`` in their environment."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue  # it has ended meanwhile
    return found


@pytest.fixture
def process(tmp_path: Path):
    tmp_path.chmod(0o711)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults", "embedded", "--size", "tiny"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    process.kill()
    process.wait()


def test_ctrl_c_ends_it_with_all_that_it_started(tmp_path: Path, process) -> None:
    eventually(
        lambda: any(tmp_path.glob("faults-*/embedded/received")), what="the mail server of the run"
    )
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.wait(60) == 130
    assert of_the_run(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_small_run_keeps_the_promise_and_says_so(tmp_path: Path, process) -> None:
    told, _errors = process.communicate(timeout=240)
    assert process.returncode == 0, told
    (row,) = [line for line in told.splitlines() if line.startswith("embedded  |")]
    assert [cell.strip() for cell in row.split("|")][4:6] == ["0", "0"]
    assert row.endswith("kept")
    assert of_the_run(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
