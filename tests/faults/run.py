"""``python -m tests.faults.run VARIANT SIZE SHARE SEED``: one run, in the environment it was given.

What came of it goes to standard output as one line of JSON; everything else to standard error.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from benchmarks.places import settings
from tests.faults import clock
from tests.faults.checker import Findings, check
from tests.faults.ledgers import Ledgers, Received, Thanked, Written, read
from tests.faults.mail_server import MoodyServer, moody_server
from tests.faults.processes import RUN, Installation, embedded, full
from tests.faults.servers import Postgres, Redis, until
from tests.faults.sizes import SIZES, Size
from tests.faults.table import TAKEOVER, Row
from tests.faults.violence import Violence
from tests.outbox.mailbox_server import archive_mailbox
from tests.processes.running import manage

_SLACK = 5.0  # seconds
_SETTLES_WITHIN = 1_000.0  # seconds of life after the last fault: a back-off and a missed reply


def main() -> None:
    variant, size, share, seed = sys.argv[1:]
    signal.signal(signal.SIGTERM, _stop)
    folder = Path(os.environ["DATA_DIR"])
    row = Run(variant, SIZES[size][variant].share(float(share)), int(seed), folder).row()
    print(json.dumps(asdict(row)), flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(f"told to stop (signal {number})")


class Run:
    """One variant of an installation, its clients, its mail server, and what happens to it."""

    def __init__(self, variant: str, size: Size, seed: int, folder: Path) -> None:
        self._variant, self._size, self._seed, self._folder = variant, size, seed, folder
        self._clock = folder / "clock"
        self._began = time.monotonic()

    def row(self) -> Row:
        """Run it, and return what came of it."""
        clock.step(self._clock, 0)
        with ExitStack() as stack:
            server = stack.enter_context(moody_server(self._folder / "received", seed=self._seed))
            violence = self._violence(stack, server)
            thanked = Written(self._folder / "thanked")
            self._break(violence, thanked, stack)
            self._settle(violence)
            thanked.close()
            return self._judged(violence)

    def _violence(self, stack: ExitStack, server: MoodyServer) -> Violence:
        """Set everything up, and start it."""
        around: dict[str, Postgres | Redis] = {}
        changes = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        if self._variant != "embedded":
            around = {"postgres": Postgres(self._folder), "redis": Redis(self._folder)}
            for one in around.values():
                stack.callback(one.stop)
                one.start()
            around["postgres"].make_database()
            changes |= {"DATABASE_URL": around["postgres"].url, "REDIS_URL": around["redis"].url}
        if self._variant == "archive":
            archive = stack.enter_context(archive_mailbox())
            archive.look = server.kept.__contains__
            changes["ARCHIVE_MAILBOX_URL"] = archive.url
        environment = settings(
            self._folder,
            OUTBOX_HASTE=str(self._size.haste),
            CELERY_SKIP_CHECKS="1",
            **{RUN: os.environ[RUN], clock.VARIABLE: str(self._clock)},
            **changes,
        )
        done = manage(environment, "migrate", "--verbosity=0")
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        os.environ.update(environment)
        installation = stack.enter_context(self._installed(environment))
        return Violence(
            installation,
            server,
            self._clock,
            haste=self._size.haste,
            seed=self._seed,
            **around,
        )

    @contextmanager
    def _installed(self, environment: dict[str, str]) -> Iterator[Installation]:
        if self._variant == "embedded":
            installation = embedded(environment)
        else:
            installation = full(environment, workers=self._size.workers)
        self._installation = installation
        try:
            yield installation
        finally:
            installation.end()

    def _break(self, violence: Violence, thanked: Written, stack: ExitStack) -> None:
        """Let clients answer, and strike all the while; until both are through."""
        import django

        django.setup()
        from tests.faults.clients import invite
        from tests.faults.visitors import Visitors

        size = self._size
        clients = invite(size.answers)
        self._installation.start()
        visitors = Visitors(
            self._installation.site, clients, thanked, per_second=size.answers / size.seconds
        )
        stack.callback(visitors.stop)
        visitors.start()
        began, number = time.monotonic(), 0
        last_calm = began
        while violence.kills < size.kills or not visitors.is_done:
            self._check_time()
            now = time.monotonic()
            if violence.kills < size.kills / 4:
                violence.strike(is_calm=True)
                last_calm = now
            elif now - last_calm < TAKEOVER / size.haste + _SLACK:
                violence.tend()  # what the first kills left behind is taken over in peace
            elif violence.kills < size.kills:
                violence.strike(is_calm=False)
            else:
                violence.tend()
            number += 1
            pause = began + number * size.seconds / size.kills * 0.8 - time.monotonic()
            time.sleep(min(max(pause, 0.02), 2.0))
        violence.rest()

    def _settle(self, violence: Violence) -> None:
        """Wait until every mail has gone out; how many have not is judged afterwards."""
        from tests.faults.stored import unsettled

        def is_settled() -> bool:
            self._check_time()
            violence.tend()
            time.sleep(0.3)
            return not unsettled()

        until(is_settled, what="all mail sent", within=_SETTLES_WITHIN / self._size.haste + 30)

    def _check_time(self) -> None:
        if time.monotonic() - self._began > self._size.limit:
            raise TimeoutError(f"not within {self._size.limit:.0f} seconds: the whole run")

    def _judged(self, violence: Violence) -> Row:
        from tests.faults import stored

        ledgers = Ledgers(
            thanked=read(self._folder / "thanked", Thanked),
            responses=stored.responses(),
            deliveries=stored.deliveries(),
            received=read(self._folder / "received", Received),
        )
        findings = check(ledgers)
        return self._row(ledgers, findings, violence, stored.takeovers(violence.outages))

    def _row(
        self, ledgers: Ledgers, findings: Findings, violence: Violence, takeovers: list[float]
    ) -> Row:
        return Row(
            variant=self._variant,
            kills=violence.kills,
            asked=self._size.answers,
            thanked=len(ledgers.thanked),
            deliveries=len(ledgers.deliveries),
            lost=len(findings.lost),
            half_sets=len(findings.half_sets),
            copies=len(findings.copies),
            unflagged=len(findings.unflagged),
            takeover=max(takeovers, default=None),
            takeovers=len(takeovers),
            haste=self._size.haste,
            uncertain=sum(one.uncertain for one in ledgers.deliveries),
            died_alone=self._installation.died_alone,
            seconds=time.monotonic() - self._began,
            done=dict(sorted(violence.done.items())),
            broken=findings.faults(copies_allowed=self._variant != "archive"),
        )


if __name__ == "__main__":
    main()
