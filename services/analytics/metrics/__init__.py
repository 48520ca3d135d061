"""The registry of metrics, one family a file. A metric that is listed here is counted, answered and documented."""

from itertools import chain

from services.analytics.metrics.adding_up import AddsUp, Counts, Quantile, Ratio, Row, Sides, Total, wilson
from services.analytics.metrics.after_the_hire import HIRED_ON_RETURN, KNOWN_HIRES, LEFT_EARLY, RETURNED, STARTED
from services.analytics.metrics.closes import DECLINES, OTHER_CLOSES, REJECTIONS
from services.analytics.metrics.coming_back import BROUGHT_BACK, QUEUE_WORK, SOFT_NOS_DUE, SOFT_NOS_UNDATED, SOFT_NOS_UNPLANNED
from services.analytics.metrics.effort import CONTACT_PRESSURE, POOL_BURN, TALK_TO_LISTEN, TOUCHES_PER_REPLY
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.obligations import (
    DELIVERED,
    IN_TIME,
    MEDIAN_ANSWER,
    OVERDUE,
    OWED,
    P90_ANSWER,
    WAITING,
    WAIVED,
)
from services.analytics.metrics.outcomes import CONTRADICTIONS, HIRE_RATE, INTEREST, INTEREST_RATE, OUTCOMES, UNANSWERED
from services.analytics.metrics.people import LOST_CHANNELS, MARKET_CHANGES, PEOPLE, POOL_YIELD, RATING, STALE
from services.analytics.metrics.policy import BREACHES
from services.analytics.metrics.replies import RESPONDED_BY_TOUCH
from services.analytics.metrics.stages import FROM_PREVIOUS, MEDIAN_HOURS, P90_HOURS, REACHED, RECORDED, STAGES
from services.analytics.metrics.sums import Sum, Sums
from shared.attempts import Attempt

METRICS: list[Metric] = [
    REACHED,
    RECORDED,
    FROM_PREVIOUS,
    MEDIAN_HOURS,
    P90_HOURS,
    RESPONDED_BY_TOUCH,
    OUTCOMES,
    HIRE_RATE,
    INTEREST,
    INTEREST_RATE,
    UNANSWERED,
    DECLINES,
    REJECTIONS,
    OTHER_CLOSES,
    TOUCHES_PER_REPLY,
    TALK_TO_LISTEN,
    POOL_BURN,
    POOL_YIELD,
    RETURNED,
    HIRED_ON_RETURN,
    KNOWN_HIRES,
    STARTED,
    LEFT_EARLY,
    SOFT_NOS_DUE,
    SOFT_NOS_UNDATED,
    SOFT_NOS_UNPLANNED,
    BROUGHT_BACK,
    QUEUE_WORK,
    OWED,
    WAITING,
    OVERDUE,
    WAIVED,
    DELIVERED,
    IN_TIME,
    MEDIAN_ANSWER,
    P90_ANSWER,
    BREACHES,
    CONTACT_PRESSURE,
    RATING,
    LOST_CHANNELS,
    PEOPLE,
    MARKET_CHANGES,
    STALE,
    CONTRADICTIONS,
]

BY_NAME = {metric.name: metric for metric in METRICS}
STAGE_METRICS = [metric for metric in METRICS if metric.per == "stage"]
FUNNEL_METRICS = [metric for metric in METRICS if metric.per == "funnel"]


def contributions(attempt: Attempt) -> list[Contribution]:
    """All that one attempt adds to all metrics."""
    return list(chain.from_iterable([contributes(attempt) for contributes in CONTRIBUTES]))


CONTRIBUTES = [metric.contributes for metric in METRICS if metric.contributes is not None]
"""What attempts add, family by family."""

__all__ = [
    "BY_NAME", "CONTRIBUTES", "FUNNEL_METRICS", "METRICS", "STAGES", "STAGE_METRICS", "AddsUp", "Contribution", "Counts",
    "Metric", "Quantile", "Ratio", "Row", "Sides", "Sum", "Sums", "Total", "contributions", "wilson",
]  # fmt: skip
