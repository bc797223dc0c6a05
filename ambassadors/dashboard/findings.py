"""What the figures say, as sentences: a chart's caption states the finding (LOOK, principle 5).

A finding never claims a difference unless the intervals leave no room for chance.
"""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ambassadors.dashboard.references import (
    Figure,
    Name,
    Reference,
    Standing,
    beside,
    standing,
)
from ambassadors.dashboard.statistics import (
    Change,
    Interval,
    Median,
    Nps,
    PlusMinus,
    Share,
    change,
)
from ambassadors.rollup.tally import Tally
from staff.wording import percent, whole_number
from surveys.models import Group

PILOT_RESPONSE = beside(Figure.RESPONSE_RATE)[0].low
_WIDE = 0.2  # silence that leaves a fifth of the scale open is worth a warning
_IN_DAYS = 72  # from so many hours on, people count in days

_REFERENCES = {
    Name.PILOT: gettext_lazy("the first pilot"),
    Name.TEN_SECTORS: gettext_lazy("the Dutch average between businesses, over ten sectors"),
    Name.DUTCH_B2B: gettext_lazy("the Dutch average between businesses"),
    Name.CULTURE_OF_SEVENS: gettext_lazy("what a culture of sevens scores"),
    Name.MARKET_TARGET: gettext_lazy("the target in the market"),
    Name.MARKET_AVERAGE: gettext_lazy("the average in the market"),
}


def too_little() -> str:
    """Return what stands in the place of a share under n = 10."""
    return _("too few to say anything about")


def interval_words(interval: Interval) -> str:
    """Return ``31–45%``."""
    return f"{whole_number(interval.low * 100)}–{percent(interval.high)}"


def signed(difference: float) -> str:
    """Return a difference of shares in points with its sign: ``+22``, ``–5``, ``0``."""
    return signed_points(difference * 100)


def signed_points(points: float) -> str:
    """Return points, of an NPS for one, with their sign: ``+12``, ``–3``, ``0``."""
    text = whole_number(points)
    return text if text == "0" or text.startswith("–") else f"+{text}"


def share_words(share: Share) -> str:
    """Return ``36% (28–44%)``, or that it is too few."""
    if not share.is_enough:
        return too_little()
    return f"{percent(share.value)} ({interval_words(share.interval)})"


def points_words(difference: PlusMinus) -> str:
    """Return ``+22 points (+9 to +34)``, or that it is too few."""
    if not difference.is_enough:
        return too_little()
    return _("%(value)s points (%(low)s to %(high)s)") % {
        "value": signed(difference.value),
        "low": signed(difference.interval.low),
        "high": signed(difference.interval.high),
    }


def of_groups(tally: Tally) -> str:
    """Say how many answers are + and –."""
    plus, minus = tally.share(Group.POSITIVE), tally.share(Group.NEGATIVE)
    if not plus.is_enough:
        return _few_answers(tally.answered)
    return _("%(plus)s of the answers is +, %(minus)s is –") % {
        "plus": percent(plus.value),
        "minus": percent(minus.value),
    }


def of_response(tally: Tally) -> str:
    """Say the response rate beside the pilot's."""
    rate = tally.response_rate
    if not rate.is_enough:
        return _("Response: too few invitations to say anything about")
    words = {"share": percent(rate.value)}
    if PILOT_RESPONSE in rate.interval:
        return _("Response %(share)s, at the level of the first pilot") % words
    if rate.interval.low > PILOT_RESPONSE:
        return _("Response %(share)s, higher than in the first pilot") % words
    return _("Response %(share)s, lower than in the first pilot") % words


def of_silence(tally: Tally) -> str:
    """Say how much those who did not answer could still change."""
    if not tally.share(Group.POSITIVE).is_enough:
        return _("What silence hides: too few answers to say anything about")
    if tally.silence.width > _WIDE:
        return _("Those who stay silent can still push the picture either way")
    return _("Those who stay silent can change the picture but little")


def silence_in_numbers(tally: Tally) -> str:
    """Say the share among the answers and its bounds among everybody who was asked.

    Empty while there are too few answers.
    """
    if not tally.share(Group.POSITIVE).is_enough:
        return ""
    return _(
        "%(share)s of the answers is +. Of everybody who was asked it is at least %(least)s and "
        "at most %(most)s."
    ) % {
        "share": percent(tally.share(Group.POSITIVE).value),
        "least": percent(tally.silence.low),
        "most": percent(tally.silence.high),
    }


def of_plus_minus(tally: Tally) -> str:
    """Say whether + or – prevails beyond chance."""
    if not tally.share(Group.POSITIVE).is_enough:
        return _("+ minus –: too few answers to say anything about")
    if tally.plus_minus_interval.low > 0:
        return _("Demonstrably more + than –")
    if tally.plus_minus_interval.high < 0:
        return _("Demonstrably more – than +")
    return _("The difference between + and – can be chance")


def of_trend(periods: Sequence[tuple[str, Share]], *, glyph: str) -> str:
    """Say whether the share of ``glyph`` changed between the first and the last period with
    enough answers."""
    enough = [(name, share) for name, share in periods if share.is_enough]
    if len(enough) < 2:
        return _("Share of %(group)s: not yet two periods with enough answers to compare") % {
            "group": glyph
        }
    (first_name, first), (_last_name, last) = enough[0], enough[-1]
    words = {"group": glyph, "period": first_name}
    match change(first, last):
        case Change.HIGHER:
            return _("The share of %(group)s is demonstrably higher than in %(period)s") % words
        case Change.LOWER:
            return _("The share of %(group)s is demonstrably lower than in %(period)s") % words
    return _("The share of %(group)s has not demonstrably changed since %(period)s") % words


def of_change(found: Change) -> str:
    """Return what may be said of a later figure beside an earlier one, in two words or so."""
    match found:
        case Change.HIGHER:
            return _("demonstrably higher")
        case Change.LOWER:
            return _("demonstrably lower")
        case Change.NOT_DEMONSTRABLE:
            return _("no demonstrable change")
    return too_little()


def of_difference(found: Change) -> str:
    """Return what may be said of a figure beside that of another period."""
    match found:
        case Change.HIGHER:
            return _("now demonstrably higher")
        case Change.LOWER:
            return _("now demonstrably lower")
        case Change.NOT_DEMONSTRABLE:
            return _("no demonstrable difference")
    return _("too few to compare")


def reference_label(reference: Reference) -> str:
    """Return what a reference is called: ``the average in the market``."""
    return str(_REFERENCES[reference.name])


def reference_source(reference: Reference) -> str:
    """Return ``CustomerGauge, 2013``."""
    return ", ".join(part for part in (reference.source, reference.year) if part)


def reference_words(reference: Reference) -> str:
    """Return the value, what it is, and who says so.

    ``+17, the Dutch average between businesses (Integron, 2024, 2025)``.
    """
    return _("%(value)s, %(label)s (%(source)s)") % {
        "value": _reference_value(reference),
        "label": reference_label(reference),
        "source": reference_source(reference),
    }


def of_nps(score: Nps) -> str:
    """Return ``NPS +12 (–3 to +27), n = 84``, or that there are too few."""
    if not score.is_enough:
        return _("NPS: too few answers to say anything about")
    return _("NPS %(value)s (%(low)s to %(high)s), n = %(n)s") % {
        "value": signed_points(score.value),
        "low": signed_points(score.interval.low),
        "high": signed_points(score.interval.high),
        "n": whole_number(score.n),
    }


def nps_beside_references(score: Nps) -> list[str]:
    """Say of each published NPS whether this one is demonstrably higher or lower.

    Empty while there are too few answers.
    """
    if not score.is_enough:
        return []
    return [_beside(score.interval, reference, in_hours=False) for reference in beside(Figure.NPS)]


def hours_words(hours: float) -> str:
    """Return ``6 hours``, and ``9 days`` from three days on."""
    if hours >= _IN_DAYS:
        number = int(hours / 24 + 0.5)
        return ngettext("%(number)s day", "%(number)s days", number) % {
            "number": whole_number(number)
        }
    number = int(hours + 0.5)
    if not number:
        return _("less than an hour")
    return ngettext("%(number)s hour", "%(number)s hours", number) % {
        "number": whole_number(number)
    }


def of_follow_up(in_time: Share, first_contact: Median | None = None) -> str:
    """Say which share of the alerts was followed up in time, and when contact came.

    ``first_contact`` is in hours on the clock, nights and weekends counted, as the references are.
    """
    if not in_time.is_enough:
        return _("Follow-up: too few alerts to say anything about")
    words = _("%(share)s of the alerts was followed up in time") % {"share": share_words(in_time)}
    if first_contact is None or not first_contact.is_enough or first_contact.interval is None:
        return words
    return _("%(in_time)s; half of the clients was spoken to within %(hours)s (%(interval)s)") % {
        "in_time": words,
        "hours": hours_words(first_contact.value),
        "interval": hours_interval(first_contact.interval),
    }


def follow_up_beside_references(first_contact: Median | None) -> list[str]:
    """Say whether first contact comes demonstrably sooner or later than the market says.

    In hours on the clock. Empty while there are too few.
    """
    if first_contact is None or not first_contact.is_enough or first_contact.interval is None:
        return []
    return [
        _beside(first_contact.interval, reference, in_hours=True)
        for reference in beside(Figure.FIRST_CONTACT)
    ]


def of_recovery(confirmed: Share, waiting: int = 0) -> str:
    """Say of how many of the closed – the client says that it is solved.

    ``waiting`` were closed as solved in our view, and their client has not said so yet.
    """
    if not confirmed.n:
        return _("No – was closed yet")
    if confirmed.is_enough:
        words = _("Of the closed –, %(share)s is solved by the client's own word") % {
            "share": share_words(confirmed)
        }
    else:
        words = _("%(count)s of %(n)s closed – solved by the client's own word: %(too_little)s") % {
            "count": confirmed.count,
            "n": confirmed.n,
            "too_little": too_little(),
        }
    if not waiting:
        return words
    silent = ngettext(
        "%(number)s waits for the client's word", "%(number)s wait for the client's word", waiting
    )
    return f"{words}; {silent % {'number': whole_number(waiting)}}"


def of_journey(touchpoints: Sequence[tuple[str, Share]]) -> str:
    """Say at which touchpoint the share is demonstrably lower than at the one before.

    In the order of the journey; a touchpoint with too few answers is passed over.
    """
    enough = [(name, share) for name, share in touchpoints if share.is_enough]
    if len(enough) < 2:
        return _("Not yet two touchpoints with enough answers to compare")
    lower = [
        _("“%(later)s” is demonstrably lower than “%(earlier)s”")
        % {"later": later_name, "earlier": earlier_name}
        for (earlier_name, earlier), (later_name, later) in pairwise(enough)
        if change(earlier, later) is Change.LOWER
    ]
    return "; ".join(lower) or _("No touchpoint is demonstrably lower than the one before")


def of_more_than_satisfied(share: Share) -> str:
    """Return ``36% (28–44%) is more than satisfied``, or that there are too few."""
    if not share.is_enough:
        return _("More than satisfied: too few answers to say anything about")
    return _("%(share)s is more than satisfied") % {"share": share_words(share)}


def of_steps(steps: Sequence[tuple[str, int]]) -> str:
    """Say how many came through all the steps, and before which most fell away."""
    if not steps or not steps[0][1]:
        return _("Nobody yet")
    first, (last_name, last) = steps[0][1], steps[-1]
    words = _("%(last)s of %(first)s: %(label)s") % {
        "last": whole_number(last),
        "first": whole_number(first),
        "label": last_name,
    }
    losses = [(before - after, name) for (_name, before), (name, after) in pairwise(steps)]
    most, where = max(losses, key=lambda loss: loss[0], default=(0, ""))
    if not most:
        return words
    return _("%(words)s. Most fall away before “%(step)s”: %(number)s") % {
        "words": words,
        "step": where,
        "number": whole_number(most),
    }


def _reference_value(reference: Reference) -> str:
    ends = (reference.low, reference.high)
    if reference.beside is Figure.FIRST_CONTACT:
        return hours_interval(Interval(low=ends[0], high=ends[1]))
    if reference.beside is Figure.RESPONSE_RATE:
        return percent(reference.low)
    if not reference.is_range:
        return signed_points(reference.low)
    low, high = (signed_points(end) for end in ends)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def hours_interval(interval: Interval) -> str:
    """Return ``4–9 hours``: both ends in the unit of the upper one."""
    unit = 24 if interval.high >= _IN_DAYS else 1
    low, high = (whole_number(end / unit) for end in (interval.low, interval.high))
    upper = hours_words(interval.high)
    return upper if low == high else f"{low}–{upper}"


def _beside(interval: Interval, reference: Reference, *, in_hours: bool) -> str:
    words = {"reference": reference_words(reference)}
    match standing(interval, reference):
        case Standing.ABOVE if in_hours:
            return _("Demonstrably slower than %(reference)s") % words
        case Standing.BELOW if in_hours:
            return _("Demonstrably faster than %(reference)s") % words
        case Standing.ABOVE:
            return _("Demonstrably higher than %(reference)s") % words
        case Standing.BELOW:
            return _("Demonstrably lower than %(reference)s") % words
        case Standing.WITHIN:
            return _("Demonstrably within %(reference)s") % words
    return _("Not demonstrably different from %(reference)s") % words


def _few_answers(number: int) -> str:
    if not number:
        return _("Nobody has answered yet")
    return ngettext(
        "%(number)s answer: too few to say anything about",
        "%(number)s answers: too few to say anything about",
        number,
    ) % {"number": whole_number(number)}
