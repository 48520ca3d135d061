"""Which open positions bring a person back after a soft no: product.md, "Why pursuits end, and what reopens them". Pure."""

from services.engagement.domain.matching.conditions import Verdict, verdict_on
from services.engagement.domain.matching.match import Candidate, Match, Refusal, match_of
from services.engagement.domain.matching.position import Opening, PositionState

__all__ = ["Candidate", "Match", "Opening", "PositionState", "Refusal", "Verdict", "match_of", "verdict_on"]
