"""The other period, beside the one that the page is about."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ambassadors.dashboard import findings
from ambassadors.dashboard.chips import period_words
from ambassadors.dashboard.periods import Compare
from ambassadors.dashboard.statistics import Change, Estimate, Nps, PlusMinus, Share, change, nps
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.tally import Tally
from staff.wording import whole_number
from surveys.models import Group


@dataclass(frozen=True, kw_only=True)
class Other:
    """The same part of the firm in another period."""

    compare: str
    scope: Scope
    tally: Tally

    @property
    def label(self) -> str:
        """What the other period is called."""
        return _("a year before") if self.compare == Compare.YEAR else _("period before")

    def beside(self, of: Callable[[Tally], Estimate], now: Tally) -> str:
        """Return ``period before 31% (24–39%), n = 150: no demonstrable difference``.

        ``of`` takes the figure out of either period's counts. Nothing when both are too few.
        """
        before = of(self.tally)
        n = whole_number(before.n)
        if not before.is_enough and not of(now).is_enough:
            return ""
        if not before.is_enough:
            words = {"period": self.label, "n": n, "too_little": findings.too_little()}
            return _("%(period)s, n = %(n)s: %(too_little)s") % words
        return _("%(period)s %(figure)s, n = %(n)s: %(change)s") % {
            "period": self.label,
            "figure": _words(before),
            "n": n,
            "change": findings.of_difference(change(before, of(now))),
        }

    def sentence(self, now: Tally) -> str:
        """Say what is demonstrably different from the other period, and what cannot be told."""
        period = {"period": period_words(self.scope), "label": self.label}
        found = {name: change(of(self.tally), of(now)) for name, of in _figures().items()}
        if all(one is Change.TOO_FEW for one in found.values()):
            return _("Compared with %(period)s (%(label)s): too few to compare.") % period
        parts = [
            f"{_join(found, kind)} {findings.of_difference(kind)}"
            for kind in (Change.HIGHER, Change.LOWER)
            if kind in found.values()
        ]
        said = _("Compared with %(period)s (%(label)s): %(parts)s.") % {
            **period,
            "parts": "; ".join(parts) or _("nothing differs demonstrably"),
        }
        few = _join(found, Change.TOO_FEW)
        untold = _("Too few to compare: %(what)s.") % {"what": few}
        return f"{said} {untold}" if few else said


def score_of(tally: Tally) -> Nps:
    """Return the NPS of the answers on the scale of 0 to 10."""
    return nps(tally.scores)


def _figures() -> dict[str, Callable[[Tally], Estimate]]:
    return {
        _("coverage"): lambda of: of.coverage,
        _("response"): lambda of: of.response_rate,
        _("the share of +"): lambda of: of.share(Group.POSITIVE),
        _("the share of –"): lambda of: of.share(Group.NEGATIVE),
        _("more than satisfied"): lambda of: of.share_of("more_than_satisfied"),
        _("spoken to in time"): lambda of: of.spoken,
    }


def _join(found: dict[str, Change], kind: Change) -> str:
    return ", ".join(name for name, one in found.items() if one is kind)


def _words(figure: Estimate) -> str:
    if isinstance(figure, Share):
        return findings.share_words(figure)
    if isinstance(figure, PlusMinus):
        return findings.points_words(figure)
    low, high = (findings.signed_points(end) for end in _ends(figure))
    value = findings.signed_points(figure.value)
    return _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


def _ends(figure: Estimate) -> tuple[float, float]:
    return figure.interval.low, figure.interval.high
