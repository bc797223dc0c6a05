"""Celery's worker and beat as threads of one process (DESIGN, two ways to run: embedded).

With the ``memory://`` broker a doorbell is heard only inside the process that rang it, so the web
process carries both. Neither installs signal handlers here: ``manage.py serve`` owns the signals.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.beat import Service
from celery.signals import task_postrun, task_prerun
from celery.worker import WorkController, state
from django.db import close_old_connections, connections

logger = logging.getLogger(__name__)

RESTART_AFTER = 1.0  # seconds; long enough that a part that cannot start does not fill the log
# Two may wait for slow mail, two for chat and two for webhooks (outbox.dispatching.AT_ONCE).
_CONCURRENCY = 6
_BEAT_LOOKS_EVERY = 1  # seconds; also the longest that beat takes to notice that it must stop


class Background:
    """The worker and beat of this process. One a process: Celery's stop sign is global."""

    def __init__(self, app: Celery, *, restart_after: float = RESTART_AFTER) -> None:
        self._app = app
        self._restart_after = restart_after
        self._stopping = threading.Event()
        self._beat: Service | None = None
        self._threads = [
            threading.Thread(target=self._keep, args=(run,), name=f"embedded-{name}", daemon=True)
            for name, run in (("worker", self._run_worker), ("beat", self._run_beat))
        ]

    def start(self) -> None:
        """Start both threads and return at once."""
        state.should_stop = None
        for moment in (task_prerun, task_postrun):
            moment.connect(_renew_connections)
        self._app.finalize()
        for thread in self._threads:
            thread.start()

    def stop(self, *, within: float) -> bool:
        """End both warmly: a mail in hand is finished and recorded.

        Waits at most ``within`` seconds and returns whether both have ended. What is still being
        sent then is given back to the queue when its lease runs out.
        """
        self._stopping.set()
        # EX_OK: the worker finishes what it holds and takes nothing new.
        state.should_stop = 0  # type: ignore[assignment]
        if self._beat is not None:
            self._beat.stop()
        deadline = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        is_over = not any(thread.is_alive() for thread in self._threads)
        if is_over:
            state.should_stop = None
        return is_over

    def _keep(self, run: Callable[[], None]) -> None:
        """Call ``run`` again whenever it ends, until this process stops."""
        name = threading.current_thread().name
        while not self._stopping.is_set():
            try:
                run()
            except (Exception, SystemExit):
                logger.exception("%s failed", name)
            finally:
                connections.close_all()  # of this thread
            if not self._stopping.is_set():
                logger.warning("%s ended, starting it again", name)
                self._stopping.wait(self._restart_after)

    def _run_worker(self) -> None:
        """Work until told to stop; ``WorkController`` is the worker without signal handlers."""
        self._app.set_current()
        WorkController(
            app=self._app,
            hostname="embedded@localhost",
            pool="threads",
            concurrency=_CONCURRENCY,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        ).start()

    def _run_beat(self) -> None:
        """Ring by the clock until told to stop; the schedule lives in memory."""
        self._app.set_current()
        self._beat = Service(
            self._app,
            max_interval=_BEAT_LOOKS_EVERY,
            scheduler_cls=self._app.conf.beat_scheduler,
            remote_control=False,  # type: ignore[call-arg]  # newer than its types
        )
        if not self._stopping.is_set():
            self._beat.start()


def _renew_connections(**kwargs: Any) -> None:
    """Drop what a restart of the database broke, as a request does for the pages.

    ``celery worker`` sees to it by a fix-up for Django that ``WorkController`` does not install.
    """
    close_old_connections()
