"""``python -m benchmarks [name …] [--big]``: what ``make bench`` runs.

Each benchmark runs in a process of its own, on an installation of its own; this process makes the
installation, prints what the other tells, and sees that all of it ends. The exit code is 0 also
when a budget is not met (it informs), 1 when a benchmark broke, and 130 after Ctrl-C.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from benchmarks.places import ROOT, Embedded, Full, MissingError
from benchmarks.sizes import SIZES
from benchmarks.table import Row, heading, line

NAMES = ("client_page", "answer_to_mail", "import_list", "invitations", "inbox", "dashboard")
_ENDS_WITHIN = {"tiny": 120, "quick": 300, "big": 7200}  # seconds, one benchmark
_STOPS_WITHIN = 20  # seconds, after it was told to
_LAST_LINES = 40  # of the log of a benchmark that broke


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were named, or all of them; return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    print(heading(), flush=True)
    broken = 0
    try:
        for place in [place for place in (Embedded(), Full()) if options.on in {"", place.title}]:
            broken += _run_all(place, options.names or NAMES, options.size)
    except KeyboardInterrupt:
        print("Ended before its time.", file=sys.stderr)
        return 130
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure beside the budgets.")
    parser.add_argument("names", nargs="*", metavar="name", choices=[*NAMES, []], default=[])
    parser.add_argument("--on", choices=[Embedded.title, Full.title], default="")
    parser.add_argument("--size", choices=SIZES, default="quick")
    return parser


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run_all(place: Embedded | Full, names: Sequence[str], size: str) -> int:
    """Run ``names`` at one place; return how many broke. A place that is not there is said."""
    broken = 0
    try:
        with place.opened():
            for name in names:
                with place.fresh() as environment:
                    broken += not _run(name, place.title, size, environment)
    except MissingError as missing:
        print(f"{place.title}: skipped, {missing}.", flush=True)
    return broken


def _run(name: str, title: str, size: str, environment: dict[str, str]) -> bool:
    """Run one benchmark and print its rows; return whether it came to its end."""
    log = Path(environment["DATA_DIR"]) / "log"
    with log.open("ab") as errors:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-m", "benchmarks.measure", name, size],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    limit = threading.Timer(_ENDS_WITHIN[size], process.terminate)
    limit.start()
    try:
        for text in process.stdout or ():
            row = Row(**json.loads(text))
            print(line((f"{row.name}, {title}", *row.cells()[1:])), flush=True)
        is_done = process.wait() == 0
    finally:
        limit.cancel()
        _end(process)
    if not is_done:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        print(f"{name}, {title}: broke.", *last, sep="\n  ", file=sys.stderr, flush=True)
    return is_done


def _end(process: subprocess.Popen[str]) -> None:
    """End a benchmark in an orderly way, then whatever is left of the processes it started."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOPS_WITHIN)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
