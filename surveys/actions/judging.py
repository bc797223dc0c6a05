"""Put an answer in its group, also when the rule that decides about it is broken."""

import logging

from surveys.models import Response
from surveys.segmentation import (
    UNJUDGED,
    Recommendation,
    Satisfaction,
    Segment,
    segment,
)

logger = logging.getLogger(__name__)
_AT_ONCE = 500


def judge(satisfaction: str, recommendation: str) -> Segment:
    """Return the group of an answer; UNJUDGED when the rule fails, which is logged.

    The answer is stored then, as a 0 that says so, and judged again every minute.
    """
    try:
        return segment(Satisfaction(satisfaction), Recommendation(recommendation))
    except Exception:
        logger.exception("the rule failed: an answer is stored without its group")
        return UNJUDGED


def judge_again() -> int:
    """Put responses whose rule failed in their group; return how many. Alerts follow by themselves.

    This is no recalculation: no rule has put them anywhere yet.
    """
    judged = 0
    for response in Response.objects.filter(rule_version=UNJUDGED.rule_version)[:_AT_ONCE]:
        verdict = judge(response.satisfaction, response.recommendation)
        if verdict == UNJUDGED:
            continue
        still = Response.objects.filter(pk=response.pk, rule_version=UNJUDGED.rule_version)
        judged += still.update(
            group=verdict.group, reason=verdict.reason, rule_version=verdict.rule_version
        )
        logger.error("response %s: judged after all, %s", response.pk, verdict.group)
    return judged
