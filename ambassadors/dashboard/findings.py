"""What the figures say, as sentences: a chart's caption states the finding (LOOK, principle 5).

A finding never claims a difference unless the intervals leave no room for chance.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ambassadors.dashboard.statistics import Interval, Share
from ambassadors.rollup.tally import Tally
from staff.wording import percent, whole_number
from surveys.models import Group

PILOT_RESPONSE = 0.40  # Royal Haskoning, post-project web survey, pilot of 2007-08 (PRODUCT)
_WIDE = 0.2  # silence that leaves a fifth of the scale open is worth a warning


def too_little() -> str:
    """Return what stands in the place of a share under n = 10."""
    return _("too few to say anything about")


def interval_words(interval: Interval) -> str:
    """Return ``31–45%``."""
    return f"{whole_number(interval.low * 100)}–{percent(interval.high)}"


def signed(difference: float) -> str:
    """Return a difference of shares in points with its sign: ``+22``, ``–5``, ``0``."""
    text = whole_number(difference * 100)
    return f"+{text}" if round(difference * 100) > 0 else text.replace("–0", "0")


def share_words(share: Share) -> str:
    """Return ``36% (28–44%)``, or that it is too few."""
    if not share.is_enough:
        return too_little()
    return f"{percent(share.value)} ({interval_words(share.interval)})"


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


def of_quarters(quarters: list[tuple[str, Share]]) -> str:
    """Say whether the share of + changed between the first and the last quarter with enough."""
    enough = [(name, share) for name, share in quarters if share.is_enough]
    if len(enough) < 2:
        return _("Not yet two quarters with enough answers to compare")
    (first_name, first), (_last_name, last) = enough[0], enough[-1]
    words = {"quarter": first_name}
    if not last.interval.is_apart_from(first.interval):
        return _("The share of + has not demonstrably changed since %(quarter)s") % words
    if last.value > first.value:
        return _("The share of + is demonstrably higher than in %(quarter)s") % words
    return _("The share of + is demonstrably lower than in %(quarter)s") % words


def _few_answers(number: int) -> str:
    if not number:
        return _("Nobody has answered yet")
    return ngettext(
        "%(number)s answer: too few to say anything about",
        "%(number)s answers: too few to say anything about",
        number,
    ) % {"number": number}
