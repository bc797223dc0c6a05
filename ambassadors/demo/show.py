"""Run the chain beside the server, with progress on stderr and the report on stdout."""

import sys

import django
from django.core.management import call_command
from django.utils.translation import gettext as _

from ambassadors.demo.server import Server, ServerError


class Progress:
    """One line per step: rewritten in place on a terminal, printed once when done elsewhere."""

    def __init__(self) -> None:
        self._words = {
            "import": _("Importing the project list"),
            "invite": _("Inviting contacts"),
            "answer": _("Clients answer"),
            "mail": _("Mail leaves"),
        }
        self._is_terminal = sys.stderr.isatty()
        self._printed: tuple[str, int] | None = None

    def say(self, text: str) -> None:
        """Show a step without numbers."""
        print(f"{text} …", file=sys.stderr, flush=True)

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Show that ``done`` of ``total`` is done of ``step``; the last one ends its line."""
        if total is not None and done < total and not self._is_terminal:
            return
        if self._is_terminal:
            is_last = total is not None and done >= total
            text = f"{self._words[step]}: {done}" + (f"/{total}" if total else "")
            print(f"\r{text}", end="\n" if is_last else "", file=sys.stderr, flush=True)
        elif total is not None and (step, done) != self._printed:
            self._printed = step, done
            print(f"{self._words[step]}: {done}/{total}", file=sys.stderr, flush=True)


def run(port: int, *, is_other_port: bool, is_serving: bool) -> int:
    """Show everything on ``port``; return the exit code of the demo."""
    django.setup()
    progress = Progress()
    if is_other_port:
        progress.say(_("The port is in use; the demo takes %s") % port)
    progress.say(_("Making an empty database"))
    call_command("migrate", verbosity=0)
    server = Server(port)
    try:
        with server:
            is_good = _chain(progress)
            if is_serving:
                print(_("Serving until you press Ctrl-C."), flush=True)
                server.wait()
        if server.stop() != 0:
            raise ServerError("manage.py serve did not end as it should")
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if is_serving and server.stop() == 0 else 1
    return 0 if is_good else 1


def _chain(progress: Progress) -> bool:
    """Do every step and print the report; return whether all of it worked."""
    from ambassadors.demo import chain, report

    result = chain.fill(progress)
    chain.answer(result, progress)
    chain.settle(result, progress)
    print("\n".join(report.lines_of(result)), flush=True)
    return not result.faults
