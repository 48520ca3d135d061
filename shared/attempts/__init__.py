"""The attempt fold, pure: what all facts of a pursuit, say about its attempts. Engagement and analytics share it."""

from shared.attempts.fold import GHOST_AFTER, fold
from shared.attempts.model import (
    Attempt,
    Close,
    CloseKind,
    FoldFact,
    Interest,
    Origin,
    Outcome,
    Placement,
    Pursuit,
    Touch,
    fact_of,
)
from shared.attempts.retractions import RetractableFact, without_retracted

__all__ = [
    "GHOST_AFTER", "Attempt", "Close", "CloseKind", "FoldFact", "Interest", "Origin", "Outcome", "Placement", "Pursuit",
    "RetractableFact", "Touch", "fact_of", "fold", "without_retracted",
]  # fmt: skip
