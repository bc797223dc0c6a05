"""Visitors: requests over the loopback, as many at once and as fast as they are told."""

import gzip
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from ambassadors.demo.visitors import Page

AT_ONCE = 4
_GZIP = b"\x1f\x8b"
_TIMEOUT = 30.0  # seconds for one request
Fields = Sequence[tuple[str, str]]


class LoadError(Exception):
    """The server did not answer as it should: what was measured would mean nothing."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. ``cookie`` is sent as it is; a ``body`` makes it a POST."""

    path: str
    body: bytes | None = None
    cookie: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, and how long it took in seconds."""

    status: int
    body: bytes
    began: float  # time.monotonic()
    seconds: float
    leads_to: str = ""  # of a redirect

    @property
    def text(self) -> str:
        """The page."""
        is_zipped = self.body.startswith(_GZIP)
        return (gzip.decompress(self.body) if is_zipped else self.body).decode()


class Browser:
    """One connection that is kept open."""

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)

    def send(self, request: Request) -> Answer:
        """Send one request and read the whole answer."""
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "nl"}
        if request.cookie:
            headers["Cookie"] = request.cookie
        if request.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        method = "GET" if request.body is None else "POST"
        self._connection.request(method, request.path, request.body, headers)
        response = self._connection.getresponse()
        body = response.read()
        return Answer(
            status=response.status,
            body=body,
            began=began,
            seconds=time.monotonic() - began,
            leads_to=response.headers["Location"] or "",
        )

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def send_all(
    site: str, requests: Sequence[Request], *, expected: int, per_second: float | None = None
) -> tuple[list[Answer], float]:
    """Send every request once; return the answers in the same order, and the seconds it took.

    Without ``per_second`` the next request follows as soon as a connection is free; with it each
    has its moment, whether the server keeps up or not. Raises LoadError unless every answer has
    the status ``expected``.
    """
    answers: list[Answer | None] = [None] * len(requests)
    numbers = iter(range(len(requests)))
    lock = threading.Lock()
    start = time.monotonic()
    faults: list[BaseException] = []

    def work(browser: Browser) -> None:
        try:
            while not faults:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                if per_second:
                    time.sleep(max(0.0, start + number / per_second - time.monotonic()))
                answers[number] = browser.send(requests[number])
        except Exception as error:  # noqa: BLE001  (told by the thread that waits)
            faults.append(error)
        finally:
            browser.close()

    # A visitor who waits for an answer must not hold up the next one, whose moment has come.
    seconds = _in_threads(
        lambda: work(Browser(site)), number=AT_ONCE * 4 if per_second else AT_ONCE
    )
    if faults:
        raise LoadError(f"{type(faults[0]).__name__}: {faults[0]}") from faults[0]
    complete = [answer for answer in answers if answer is not None]
    if wrong := [answer.status for answer in complete if answer.status != expected]:
        raise LoadError(f"{len(wrong)} of {len(requests)} answers were {wrong[0]}, not {expected}")
    return complete, seconds


def _in_threads(work: Callable[[], None], *, number: int) -> float:
    """Run ``work`` in ``number`` threads at once; return the seconds until the last one ended."""
    threads = [threading.Thread(target=work, daemon=True) for _number in range(number)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def filled_in(page: Answer, fields: Fields) -> bytes:
    """Return what a browser posts: the hidden fields of ``page`` as served, and ``fields``."""
    hidden = Page(path="", status=page.status, body=page.text).form().hidden
    return urlencode([*hidden, *fields]).encode()
