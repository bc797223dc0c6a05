"""Follow-up: what became of the signals, and how soon clients were spoken to."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ambassadors.dashboard import findings
from ambassadors.dashboard.charts import Chart, share_axis, share_line
from ambassadors.dashboard.comparing import Other
from ambassadors.dashboard.statistics import Median, Share, median_of_counts
from ambassadors.rollup.tally import Tally
from staff.wording import whole_number


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """The shares as a chart, the median in words, and how it stands to the market."""

    chart: Chart
    recovery: str
    first_contact: str
    comparisons: list[str]


def follow_up(tally: Tally, hours: Mapping[int, int], other: Other | None = None) -> FollowUp:
    """Return the follow-up; ``hours`` says how many signals waited each number of hours."""
    median = median_of_counts(hours)
    closed = Share(count=tally.closed_negatives, n=tally.negatives)
    beside = other.beside if other else lambda of, now: ""
    lines = [
        share_line(
            _("Taken up in time"),
            tally.taken_up,
            kind="ink",
            other=beside(lambda of: of.taken_up, tally),
        ),
        share_line(
            _("Spoken to in time"),
            tally.spoken,
            kind="ink",
            other=beside(lambda of: of.spoken, tally),
        ),
        share_line(_("– closed"), closed, kind="ink"),
        share_line(
            _("Recovered, says the client"),
            tally.recovered,
            kind="ink",
            other=beside(lambda of: of.recovered, tally),
        ),
    ]
    return FollowUp(
        chart=Chart(
            finding=findings.of_follow_up(tally.spoken, median), lines=lines, ticks=share_axis()
        ),
        recovery=findings.of_recovery(tally.recovered, tally.counts["recovered_in_our_view"]),
        first_contact=_first_contact(median),
        comparisons=findings.follow_up_beside_references(median),
    )


def _first_contact(median: Median | None) -> str:
    """Return the median hours to the first talk, with its interval and n."""
    if median is None:
        return _("No client was spoken to yet.")
    n = {"number": whole_number(median.n)}
    if not median.is_enough or median.interval is None:
        return (
            ngettext(
                "Time to the first talk: %(number)s client was spoken to, too few to say "
                "anything about.",
                "Time to the first talk: %(number)s clients were spoken to, too few to say "
                "anything about.",
                median.n,
            )
            % n
        )
    return _(
        "Median %(hours)s to the first talk (95%% interval %(interval)s), nights and weekends "
        "counted, n = %(number)s. Whoever was not spoken to yet is not in it."
    ) % {
        **n,
        "hours": findings.hours_words(median.value),
        "interval": findings.hours_interval(median.interval),
    }
