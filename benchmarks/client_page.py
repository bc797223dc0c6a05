"""How many visitors the client's page can take, beside a bare pair of views (DESIGN, budgets).

Product and bare pair run side by side, on the same database and behind the same server with the
same number of workers; they are loaded in turns, so that what else this machine does hits both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from django.utils import timezone

from benchmarks import seed
from benchmarks.load import Fields, LoadError, Request, filled_in, send_all
from benchmarks.servers import pages
from benchmarks.sizes import Size
from benchmarks.table import Row
from surveys.models import Response

MIN_RATIO = 0.75
MAX_BYTES = 14 * 1024
# With a comment: without one, answers this fast look automatic and are put on hold.
_DISSATISFIED: Fields = (
    ("satisfaction", "dissatisfied"),
    ("motivation", seed.COMMENT),
    ("recommendation", "no"),
    ("interest", "not_now"),
)
_SATISFIED: Fields = (
    ("satisfaction", "satisfied"),
    ("motivation", seed.COMMENT),
    ("recommendation", "maybe"),
    ("interest", "not_now"),
)
ANSWERS = {"with alert": _DISSATISFIED, "without": _SATISFIED}


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one crowd of visitors took, in seconds, and the size of the page they saw."""

    visitors: int
    looking: float
    sending: float
    page_bytes: int

    @property
    def per_second(self) -> float:
        """Requests a second: one to look and one to send for each visitor."""
        return 2 * self.visitors / (self.looking + self.sending)


def measure(size: Size) -> Iterator[Row]:
    """Yield a row for answers that raise an alert, one for those that do not, and the bytes."""
    firm = seed.make_firm()
    with (
        pages(settings="benchmarks.quiet") as product,
        pages(settings="benchmarks.bare.settings") as bare,
    ):
        for site in (product, bare):
            _round(site, firm, min(10, size.page_visitors), _DISSATISFIED)  # warms up
        page_bytes = 0
        for name, fields in ANSWERS.items():
            rounds = [
                [_round(site, firm, size.page_visitors, fields) for site in (product, bare)]
                for _number in range(size.page_rounds)
            ]
            page_bytes = rounds[0][0].page_bytes
            yield _row(f"client_page {name}", rounds)
    yield Row(
        name="client_page gzipped",
        measured=f"{page_bytes / 1024:.1f} KB",
        ratio=page_bytes / MAX_BYTES,
        budget="≤ 14 KB",
        is_within=page_bytes <= MAX_BYTES,
    )


def _row(name: str, rounds: list[list[Round]]) -> Row:
    """Compare pair by pair: what disturbs the machine disturbs both of a pair."""
    ours, theirs = (median(one.per_second for one in side) for side in zip(*rounds, strict=True))
    ratio = median(one.per_second / other.per_second for one, other in rounds)
    looking = median(other.looking / one.looking for one, other in rounds)
    sending = median(other.sending / one.sending for one, other in rounds)
    return Row(
        name=name,
        measured=f"{ours:.0f} requests/s",
        beside=f"bare {theirs:.0f} (GET {looking:.2f}, POST {sending:.2f})",
        ratio=ratio,
        budget=f"≥ {MIN_RATIO}",
        is_within=ratio >= MIN_RATIO,
    )


def _round(site: str, firm: seed.Firm, visitors: int, fields: Fields) -> Round:
    """Let ``visitors`` look, each with a link of their own, and then answer."""
    now = timezone.now()
    parts = seed.make_project_contacts(firm, visitors, closed_within=20)
    addresses = [
        f"/s/{token}/" for token in seed.make_tokens(seed.make_invitations(parts, now=now))
    ]
    seed.settle()
    before = Response.objects.count()
    seen, looking = send_all(site, [Request(path=path) for path in addresses], expected=200)
    forms = [
        Request(path=path, body=filled_in(page, fields))
        for path, page in zip(addresses, seen, strict=True)
    ]
    _answers, sending = send_all(site, forms, expected=302)
    if (stored := Response.objects.count() - before) != visitors:
        raise LoadError(f"{visitors} people answered, {stored} answers were recorded")
    return Round(visitors=visitors, looking=looking, sending=sending, page_bytes=len(seen[0].body))
