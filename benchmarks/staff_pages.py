"""How long a signed-in colleague waits for a page, over the loopback."""

from collections.abc import Callable, Sequence
from statistics import median
from time import monotonic

from django.conf import settings
from django.test import Client

from benchmarks.load import Request, send_all
from benchmarks.table import percentile
from staff.models import User

_WARM_UP = 3


def waits(site: str, user: User, path: str, *, looks: int) -> list[float]:
    """Open ``path`` ``looks`` times, one after the other; return the seconds each took."""
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    request = Request(path=path, cookie=f"{name}={browser.cookies[name].value}")
    for _number in range(_WARM_UP):
        send_all(site, [request], expected=200)
    taken: list[float] = []
    for _number in range(looks):
        (answer,), _seconds = send_all(site, [request], expected=200)
        taken.append(answer.seconds)
    return taken


def p95(seconds: Sequence[float]) -> float:
    """Return what 95 of 100 visits do not exceed."""
    return percentile(seconds, 95)


def median_of(work: Callable[[], object], *, times: int) -> float:
    """Return the median of the seconds that ``work`` takes."""
    taken = []
    for _number in range(times):
        began = monotonic()
        work()
        taken.append(monotonic() - began)
    return median(taken)
