"""``python -m benchmarks.measure NAME SIZE``: one benchmark, in the environment it was given.

Every row goes to standard output as one line of JSON; everything else to standard error.
"""

import json
import signal
import sys
from dataclasses import asdict
from importlib import import_module
from types import FrameType

import django

from benchmarks.sizes import SIZES


def main() -> None:
    """Measure, and tell row by row. SIGTERM ends it as an error would: servers are stopped."""
    name, size = sys.argv[1:]
    signal.signal(signal.SIGTERM, _stop)
    django.setup()
    for row in import_module(f"benchmarks.{name}").measure(SIZES[size]):
        print(json.dumps(asdict(row)), flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(f"told to stop (signal {number})")


if __name__ == "__main__":
    main()
