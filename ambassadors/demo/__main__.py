"""``python -m ambassadors.demo [--port N] [--no-serve] [--folder F]``: what ``make demo`` runs.

1. Empty the demo's folder and set the demo's environment, before any setting is read.
2. Migrate; start the server; import, invite, answer, wait for the mail, check.
3. Print the report, then serve until Ctrl-C (or stop at once with ``--no-serve``).

Exit code 0 when the whole chain worked, 1 otherwise, 2 when the demo could not start.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from ambassadors.demo import home
from ambassadors.demo.home import RefusedError


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return its exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    try:
        lock = home.prepare(options.folder)
        port = home.free_port(options.port)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 2
    with lock:
        os.environ.update(
            home.environment(port, options.folder), DJANGO_SETTINGS_MODULE="ambassadors.settings"
        )
        from ambassadors.demo.show import run

        return run(port, is_other_port=port != options.port, is_serving=options.serve)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make demo", description="Show the product at work.")
    parser.add_argument("--folder", type=Path, default=home.HOME, help="default: var/demo")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000, or the next free")
    parser.add_argument(
        "--no-serve", dest="serve", action="store_false", help="end when the chain is done"
    )
    return parser


def _end(number: int, frame: FrameType | None) -> None:
    """Treat SIGTERM as Ctrl-C, so that the server is stopped too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
