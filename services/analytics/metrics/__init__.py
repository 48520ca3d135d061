"""The registry of metrics, one family a file. A metric that is listed here is counted, answered and documented."""

from itertools import chain

from services.analytics.metrics.closes import DECLINES, OTHER_CLOSES, REJECTIONS
from services.analytics.metrics.metric import Contribution, Metric, Sum, Sums
from services.analytics.metrics.outcomes import INTEREST, OUTCOMES, UNANSWERED
from services.analytics.metrics.replies import RESPONDED_BY_TOUCH
from services.analytics.metrics.stages import FROM_PREVIOUS, MEDIAN_HOURS, REACHED, RECORDED, STAGES
from shared.attempts import Attempt

METRICS: list[Metric] = [
    REACHED,
    RECORDED,
    FROM_PREVIOUS,
    MEDIAN_HOURS,
    RESPONDED_BY_TOUCH,
    OUTCOMES,
    INTEREST,
    UNANSWERED,
    DECLINES,
    REJECTIONS,
    OTHER_CLOSES,
]

STAGE_METRICS = [metric for metric in METRICS if metric.per == "stage"]
FUNNEL_METRICS = [metric for metric in METRICS if metric.per == "funnel"]


def contributions(attempt: Attempt) -> list[Contribution]:
    """All that one attempt adds to all metrics."""
    return list(chain.from_iterable([metric.contributes(attempt) for metric in METRICS]))


__all__ = [
    "FUNNEL_METRICS", "METRICS", "STAGES", "STAGE_METRICS", "Contribution", "Metric", "Sum", "Sums", "contributions",
]  # fmt: skip
