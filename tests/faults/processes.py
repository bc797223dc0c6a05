"""The product's own processes: started, killed in every way, and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.faults.servers import until
from tests.outbox.servers import free_port
from tests.processes.running import BIN, ROOT

_STARTS_WITHIN = 90.0  # seconds
_ENDS_WITHIN = 75.0  # after SIGTERM: the mail in hand is finished first
_PAGES_END_WITHIN = 10.0  # what a service manager grants them before it kills
RUN = "FAULTS_RUN"  # the variable by which every process of a run is known


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end_all_of(run: str) -> None:
    """Kill what is left of a run, whoever started it; this process is not part of it."""
    mark = f"{RUN}={run}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                send(int(folder.name), signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Return the processes below ``pid``, itself first."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return [pid]
    return [pid, *(below for child in children for below in descendants(int(child)))]


class Nest:
    """Where workers, beats and embedded servers come from: see ``nest.py``."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nest"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
        )
        if self._line() != "ready":
            raise RuntimeError("the nest did not start; the log above says why")

    def hatch(self, *command: str) -> int:
        """Start a process; return its id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class Part(ABC):
    """One process of the product that is always there: whoever ends it gets a new one."""

    name = ""

    def __init__(self) -> None:
        self.pid = 0
        self.is_stopped = False

    @abstractmethod
    def start(self) -> None:
        """Start it; it may not be up yet."""

    def kill(self) -> None:
        """As when the machine goes down: with all its children, at once."""
        for pid in descendants(self.pid):
            send(pid, signal.SIGKILL)
        until(lambda: not is_alive(self.pid), what=f"the end of {self.name}", within=10)
        self.is_stopped = False
        self.start()

    def terminate(self) -> None:
        """As at a deployment: in an orderly way, and the next one after it.

        Who does not end is killed after a while, as a service manager does.
        """
        send(self.pid, signal.SIGTERM)
        try:
            until(lambda: not is_alive(self.pid), what="its end", within=_ENDS_WITHIN)
        except TimeoutError:
            send(self.pid, signal.SIGKILL)
        self.start()

    def stop(self) -> None:
        """As when its machine sleeps."""
        send(self.pid, signal.SIGSTOP)
        self.is_stopped = True

    def see_off(self) -> None:  # noqa: B027  (most leave none behind)
        """Look after predecessors that are ending."""

    def go_on(self) -> None:
        send(self.pid, signal.SIGCONT)
        self.is_stopped = False


class Hatched(Part):
    """A Celery worker or beat."""

    def __init__(self, nest: Nest, *command: str) -> None:
        super().__init__()
        self.name = command[1]
        self._nest, self._command = nest, command
        self._leaving: list[tuple[int, float]] = []

    def start(self) -> None:
        self.pid = self._nest.hatch(*self._command)

    def terminate(self) -> None:
        """The next one starts at once, while this one finishes what it has in hand."""
        send(self.pid, signal.SIGTERM)
        self._leaving.append((self.pid, time.monotonic() + _ENDS_WITHIN))
        self.start()

    def see_off(self) -> None:
        """Kill who was told to end long ago. Celery does not end while its broker is away."""
        for pid, until_when in self._leaving:
            if time.monotonic() > until_when:
                send(pid, signal.SIGKILL)
        self._leaving = [(pid, at) for pid, at in self._leaving if is_alive(pid)]


class Serve(Part):
    """``manage.py serve``: pages, worker and beat in one."""

    name = "serve"

    def __init__(self, nest: Nest, port: int) -> None:
        super().__init__()
        self._nest, self._port = nest, port

    def start(self) -> None:
        self.pid = self._nest.hatch("serve", f"--port={self._port}")
        until(lambda: is_up(self._port), what="the pages", within=_STARTS_WITHIN)


class Web(Part):
    """granian, with two processes that answer."""

    name = "web"

    def __init__(self, environment: dict[str, str], port: int) -> None:
        super().__init__()
        self._environment, self._port = environment, port

    def start(self) -> None:
        granian = [str(BIN / "granian"), "--interface=wsgi", "--host=127.0.0.1", "--no-ws"]
        self._process = subprocess.Popen(
            [*granian, f"--port={self._port}", "--workers=2", "tests.faults.wsgi:application"],
            cwd=ROOT,
            env=self._environment,
            stdout=sys.stderr,
            stderr=sys.stderr,
        )
        self.pid = self._process.pid

    def kill(self) -> None:
        for pid in descendants(self.pid):
            send(pid, signal.SIGKILL)
        self._process.wait(10)
        self.start()

    def terminate(self) -> None:
        send(self.pid, signal.SIGTERM)
        try:
            self._process.wait(_PAGES_END_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            self.start()


def is_up(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


class Installation:
    """What a variant consists of, and what keeps it running."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.nest = Nest(environment)
        self.web: list[Part] = []
        self.workers: list[Part] = []
        self.beats: list[Part] = []
        self.died_alone = 0

    @property
    def parts(self) -> list[Part]:
        return [*self.web, *self.workers, *self.beats]

    def start(self) -> None:
        for part in self.parts:
            part.start()
        until(lambda: is_up(self.port), what="the pages", within=_STARTS_WITHIN)

    def look_after(self) -> None:
        """Start again what ended by itself, as a service manager does."""
        for part in self.parts:
            part.see_off()
            if not is_alive(part.pid):
                self.died_alone += 1
                print(f"{time.time():.1f} {part.name} {part.pid} ended by itself", file=sys.stderr)
                part.start()

    def end(self) -> None:
        for part in self.parts:
            for pid in descendants(part.pid):
                send(pid, signal.SIGKILL)
        self.nest.end()


def embedded(environment: dict[str, str]) -> Installation:
    """One process on SQLite."""
    made = Installation(environment)
    made.web = [Serve(made.nest, made.port)]
    return made


def full(environment: dict[str, str], *, workers: int) -> Installation:
    """granian, workers, and two beats where one would do."""
    made = Installation(environment)
    celery = ("celery", "worker", "--pool=threads", "--concurrency=2", "--loglevel=WARNING")
    quiet = ("--without-mingle", "--without-gossip")
    made.web = [Web(environment, made.port)]
    made.workers = [
        Hatched(made.nest, *celery, *quiet, f"--hostname=w{number}@localhost")
        for number in range(workers)
    ]
    made.beats = [Hatched(made.nest, "celery", "beat", "--loglevel=WARNING") for _n in range(2)]
    return made
