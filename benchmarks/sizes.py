"""How much each benchmark does. Every count is an upper bound, so that each run ends by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """The counts of one run."""

    page_visitors: int  # that look and answer, in one round
    page_rounds: int  # of product and bare pair each, for answers with and without an alert
    answers_per_second: int
    answer_seconds: int
    import_rows: int
    invitations: int
    alerts_between: int  # raised while the invitations go out
    open_alerts: int
    responses: int
    looks: int  # at one staff page


SIZES = {
    # For the test that everything runs.
    "tiny": Size(
        page_visitors=3,
        page_rounds=1,
        answers_per_second=5,
        answer_seconds=1,
        import_rows=50,
        invitations=12,
        alerts_between=1,
        open_alerts=12,
        responses=20,
        looks=3,
    ),
    # ``make bench``: some minutes on two cores.
    "quick": Size(
        page_visitors=80,
        page_rounds=3,
        answers_per_second=20,
        answer_seconds=10,
        import_rows=10_000,
        invitations=1_000,
        alerts_between=5,
        open_alerts=10_000,
        responses=20_000,
        looks=20,
    ),
    # ``make bench BIG=1``: the sizes of the budgets.
    "big": Size(
        page_visitors=300,
        page_rounds=5,
        answers_per_second=20,
        answer_seconds=30,
        import_rows=100_000,
        invitations=10_000,
        alerts_between=10,
        open_alerts=10_000,
        responses=1_000_000,
        looks=50,
    ),
}
