"""``python -m tests.faults.nest``: has everything imported, and forks workers, beats and servers.

A process that is killed a thousand times must not take two seconds each time to come back. What
runs in a fork is what runs in an installation, from its command on. One line of JSON in asks for
a process; one line out is its process id.
"""

import gc
import json
import os
import signal
import sys
from collections.abc import Sequence

from tests.faults import clock

clock.install()

import django  # noqa: E402

django.setup()

from django.core.management import call_command, get_commands, load_command_class  # noqa: E402

from ambassadors.celery import app  # noqa: E402


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the kernel
    warm_up()
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            work(json.loads(line))
        print(pid, flush=True)


def warm_up() -> None:
    """Import what each of them would import first of all."""
    from celery.apps import beat, worker  # noqa: F401

    from ambassadors import wsgi  # noqa: F401

    app.finalize()
    app.loader.import_default_modules()
    load_command_class(get_commands()["serve"], "serve")
    gc.freeze()


def work(command: Sequence[str]) -> None:
    """Be what ``command`` says, and never return."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        name, *arguments = command
        if name == "celery":
            app.start(argv=arguments)
        else:
            call_command(name, *arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
