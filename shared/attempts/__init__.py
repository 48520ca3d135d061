"""The attempt fold, pure: which attempts all facts of a pursuit make. Engagement, analytics and candidates share its rules."""

from shared.attempts.fold import GHOST_AFTER, Standing, course, fold
from shared.attempts.hard_nos import LIFTING, SETTING, StreamFact, hard_nos
from shared.attempts.model import (
    Attempt,
    Close,
    CloseKind,
    FoldFact,
    Interest,
    Message,
    Origin,
    Outcome,
    Placement,
    Pursuit,
    Touch,
    fact_of,
)
from shared.attempts.retractions import RETRACTION, RetractableFact, without_retracted

__all__ = [
    "GHOST_AFTER", "LIFTING", "RETRACTION", "SETTING", "Attempt", "Close", "CloseKind", "FoldFact", "Interest", "Message",
    "Origin", "Outcome", "Placement", "Pursuit", "RetractableFact", "Standing", "StreamFact", "Touch", "course", "fact_of",
    "fold", "hard_nos", "without_retracted",
]  # fmt: skip
