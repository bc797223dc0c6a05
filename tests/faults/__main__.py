"""``python -m tests.faults [variant …] [--size long]``: what ``make faults`` runs.

Each variant runs in a process of its own, all at the same time, with servers and a folder of its
own; this process prints what they tell and sees that all of it ends. The exit code is 1 when the
promise was broken or a run did not come to its end, and 130 after Ctrl-C.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from benchmarks.places import settings
from tests.faults.processes import RUN, end_all_of
from tests.faults.sizes import SIZES, VARIANTS
from tests.faults.table import Row, complaints, heading, line
from tests.processes.running import ROOT

_LAST_LINES = 30  # of the log of a run that did not come to its end
_STOPS_WITHIN = 20.0  # seconds


@dataclass
class Running:
    """One variant on its way."""

    variant: str
    folder: Path
    limit: float
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: float = field(default_factory=time.monotonic)

    def start(self, size: str, share: float, seed: int) -> None:
        self.folder.chmod(0o711)  # PostgreSQL passes through it, as another user
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.faults.run",
                    self.variant,
                    size,
                    str(share),
                    str(seed),
                ],
                cwd=ROOT,
                env=settings(self.folder, **{RUN: self.run}),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def is_over(self) -> bool:
        """Whether it has ended; one that takes far too long is ended here."""
        if time.monotonic() - self.began > self.limit + 60:
            self.process.kill()
        return self.process.poll() is not None

    def row(self) -> Row | None:
        """Return what it told; None when it broke off."""
        told = self.process.stdout.read() if self.process.stdout else ""
        return Row(**json.loads(told)) if self.process.returncode == 0 and told else None

    def last_words(self) -> list[str]:
        log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        return log.splitlines()[-_LAST_LINES:]

    def end(self) -> None:
        """In an orderly way, then whatever is left of all that it started."""
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOPS_WITHIN)
        self.process.kill()
        self.process.wait()
        end_all_of(self.run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the variants that were named, or all; return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    print(heading(), flush=True)
    with TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        running: list[Running] = []
        try:
            for variant in options.variants or VARIANTS:
                place = Path(folder) / variant
                place.mkdir()
                one = Running(variant, place, SIZES[options.size][variant].limit)
                running.append(one)
                one.start(options.size, options.share, options.seed)
            return _report(running, keep=options.keep)
        except KeyboardInterrupt:
            print("Ended before its time.", file=sys.stderr)
            return 130
        finally:
            for one in running:
                one.process.terminate()
            for one in running:
                one.end()


def _report(running: list[Running], *, keep: Path | None) -> int:
    """Print each row as it comes, then the stories; return the exit code."""
    waiting, stories, is_kept = list(running), [], True
    while waiting:
        time.sleep(0.2)
        for one in [one for one in waiting if one.is_over()]:
            waiting.remove(one)
            row = one.row()
            if keep is not None:
                (one.folder / "log").rename(keep / f"{one.variant}.log")
            if row is None:
                is_kept = False
                words = [] if keep else one.last_words()
                print(f"{one.variant}: broke off.", *words, sep="\n  ", flush=True)
                continue
            print(line(row), *complaints(row), sep="\n", flush=True)
            stories.append(row.story())
            is_kept = is_kept and row.is_kept
    print("", *stories, sep="\n")
    return 0 if is_kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make faults", description="Break things; lose nothing.")
    parser.add_argument(
        "variants", nargs="*", metavar="variant", choices=[*VARIANTS, []], default=[]
    )
    parser.add_argument("--size", choices=SIZES, default="short")
    parser.add_argument("--share", type=float, default=1.0, help="of the answers and the kills")
    parser.add_argument("--seed", type=int, default=1, help="another order of the same faults")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    return parser


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
