"""Clients who answer while everything breaks, and send again until they were thanked."""

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException

from ambassadors.demo.visitors import VisitError
from benchmarks import seed
from benchmarks.load import Browser, Fields, Request, filled_in
from tests.faults.ledgers import Thanked, Written

_AT_ONCE = 24  # most of them wait, on a machine that does all this at once
_AGAIN_AFTER = 0.5  # seconds
NEGATIVE, POSITIVE, NEUTRAL = (
    (
        ("satisfaction", satisfaction),
        ("motivation", seed.COMMENT),
        ("recommendation", recommendation),
        ("interest", "not_now"),
    )
    for satisfaction, recommendation in (
        ("dissatisfied", "no"),
        ("more_than_satisfied", "yes"),
        ("satisfied", "maybe"),
    )
)
_ANSWERS: tuple[Fields, ...] = (*[NEGATIVE, POSITIVE] * 5, NEUTRAL)


@dataclass(frozen=True, kw_only=True)
class Invited:
    """One client, and the answer they are going to give."""

    invitation: int
    token: str
    number: int

    @property
    def answer(self) -> Fields:
        return _ANSWERS[self.number % len(_ANSWERS)]

    @property
    def is_alerting(self) -> bool:
        return self.answer is not NEUTRAL


class Visitors:
    """All of them, some at a time, each at their own moment."""

    def __init__(
        self, site: str, invited: Sequence[Invited], ledger: Written, *, per_second: float
    ) -> None:
        self._site, self._invited, self._ledger = site, invited, ledger
        self._per_second = per_second
        self._is_over = threading.Event()
        self._waiting = iter(invited)
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._visit, daemon=True) for _n in range(_AT_ONCE)
        ]

    def start(self) -> None:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    @property
    def is_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        self._is_over.set()

    def _visit(self) -> None:
        while not self._is_over.is_set():
            with self._lock:
                client = next(self._waiting, None)
            if client is None:
                return
            moment = self._began + client.number / self._per_second
            self._is_over.wait(max(0.0, moment - time.monotonic()))
            form: list[bytes] = []
            while not self._is_over.is_set() and not self._answered(client, form):
                self._is_over.wait(_AGAIN_AFTER)

    def _answered(self, client: Invited, form: list[bytes]) -> bool:
        """Try once: look at the page, send the answer, be led to the thank-you page.

        ``form`` holds what was filled in before, to be sent again as it is: it may have been stored
        although nobody could say so.
        """
        path = f"/s/{client.token}/"
        browser = Browser(self._site)
        try:
            if not form:
                form.append(filled_in(browser.send(Request(path=path)), client.answer))
            answer = browser.send(Request(path=path, body=form[0]))
        except (OSError, HTTPException, VisitError) as error:
            self._log(client, f"{type(error).__name__}: {error}")
            return False  # away, or the page that says so: a person tries again
        finally:
            browser.close()
        if (answer.status, answer.leads_to) != (302, f"{path}thanks/"):
            self._log(client, f"{answer.status} {answer.leads_to.replace(path, '')}")
            return False
        self._ledger.add(Thanked(invitation=client.invitation, is_alerting=client.is_alerting))
        return True

    def _log(self, client: Invited, what: str) -> None:
        text = what.replace(client.token, "…")
        print(f"{time.time():.1f} client {client.number}: {text}", file=sys.stderr, flush=True)
