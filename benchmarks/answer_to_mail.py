"""How long after a client's answer the alert is at the mail server (DESIGN, budgets).

Every answer is a –, so each raises an alert with two mails: the hardest case. The visitors come at
their own pace, whether the server keeps up or not.
"""

from collections.abc import Iterator

from django.utils import timezone

from benchmarks import seed
from benchmarks.arrivals import MAX_P95, MAX_P99, answer, open_pages, seconds_to_mail
from benchmarks.servers import background, mailbox, pages
from benchmarks.sizes import Size
from benchmarks.table import Row, milliseconds, percentile

_LAST_MAIL_WITHIN = 60.0  # seconds after the last answer


def measure(size: Size) -> Iterator[Row]:
    """Yield the 50th, 95th and 99th percentile of the seconds from answer to mail."""
    number = size.answers_per_second * size.answer_seconds
    parts = seed.make_project_contacts(seed.make_firm(), number, closed_within=20)
    tokens = seed.make_tokens(seed.make_invitations(parts, now=timezone.now()))
    seed.settle()
    with (
        mailbox() as received,
        pages(mail_port=received.port) as site,
        background(mail_port=received.port),
    ):
        forms = open_pages(site, tokens)
        moments, waits = answer(site, tokens, forms, per_second=size.answers_per_second)
        seconds = seconds_to_mail(received, moments, within=_LAST_MAIL_WITHIN)
    name = f"answer_to_mail {size.answers_per_second}/s"
    yield Row(name=f"{name} p50", measured=f"{percentile(seconds, 50):.2f} s")
    for percent, budget in ((95, MAX_P95), (99, MAX_P99)):
        figure = percentile(seconds, percent)
        yield Row(
            name=f"{name} p{percent}",
            measured=f"{figure:.2f} s",
            beside=f"thank-you after {milliseconds(percentile(waits, percent))}",
            ratio=figure / budget,
            budget=f"≤ {budget:.0f} s",
            is_within=figure <= budget,
        )
