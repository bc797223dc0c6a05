"""Let Apprise and Anymail write the request, and carry it ourselves.

Both know how each service wants its message, and both send with ``requests``: without a deadline
that holds, to wherever the environment's proxy or a redirect leads, with no moment at which a
marker could be written. So while a ``Carrier`` is at work in this thread, what they hand to
``requests`` goes to it, and by ``transports.http`` to the service.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
import requests.adapters
import requests.sessions

from outbox.transports.base import LeaseLostError, TransportError
from outbox.transports.http import Reply, Request, exchange


class Carrier:
    """Takes the requests that a library writes for one message, and remembers how it went.

    One of them at most completes the message: whatever else is posted afterwards is refused, so
    that no second message leaves under one marker.
    """

    def __init__(self, mark: Callable[[], bool], *, is_trusted: bool = False) -> None:
        self._mark = mark
        self._is_trusted = is_trusted
        self.reply: Reply | None = None  # to what completed the message
        self.fault: TransportError | LeaseLostError | None = None

    def carry(self, prepared: requests.PreparedRequest) -> Reply:
        """Send ``prepared`` and return the reply. Raises RequestException, which they know."""
        completes = prepared.method not in {"GET", "HEAD"}
        if self.fault is not None or (completes and self.reply is not None):
            raise requests.RequestException("one request a message")
        try:
            reply = exchange(
                _request(prepared),
                mark=self._mark if completes else None,
                is_trusted=self._is_trusted,
            )
        except (TransportError, LeaseLostError) as fault:
            self.fault = fault
            raise requests.RequestException(type(fault).__name__) from fault
        if completes:
            self.reply = reply
        return reply


_carrier: ContextVar[Carrier | None] = ContextVar("carrier", default=None)


@contextmanager
def carried_by(carrier: Carrier) -> Iterator[None]:
    """Give ``carrier`` every request that is made with ``requests`` in this thread meanwhile."""
    token = _carrier.set(carrier)
    try:
        yield
    finally:
        _carrier.reset(token)


class _Gate(requests.adapters.HTTPAdapter):
    """The adapter of every session of ``requests``: its own way, unless a carrier is at work."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        carrier = _carrier.get()
        if carrier is None:
            return super().send(request, *args, **kwargs)
        return _response(carrier.carry(request), request)


# Apprise's plugins call requests.post: there is no other place at which all of them pass.
requests.sessions.HTTPAdapter = _Gate  # type: ignore[attr-defined]


def _request(prepared: requests.PreparedRequest) -> Request:
    body = prepared.body or b""
    if not isinstance(body, bytes | str):
        raise TypeError("a body that is a stream")
    return Request(
        method=prepared.method or "POST",
        url=prepared.url or "",
        body=body.encode() if isinstance(body, str) else body,
        headers={name: _text(value) for name, value in prepared.headers.items()},
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(reply: Reply, prepared: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.reason = reply.reason
    # Without it a redirect leads nowhere: requests would follow it, to wherever it says.
    response.headers.update(
        {name: value for name, value in reply.headers.items() if name.lower() != "location"}
    )
    response.url = prepared.url or ""
    response.request = prepared
    response._content = reply.body
    return response
