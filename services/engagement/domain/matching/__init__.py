"""Which open positions bring a person back after a soft no: product.md, "Why pursuits end, and what reopens them". Pure."""

from services.engagement.domain.matching.conditions import Verdict, verdict_on
from services.engagement.domain.matching.match import Candidate, Match, Refusal, match_of
from services.engagement.domain.matching.position import Opening, PositionState
from services.engagement.domain.matching.rates import NO_RATES, Rates

__all__ = ["NO_RATES", "Candidate", "Match", "Opening", "PositionState", "Rates", "Refusal", "Verdict", "match_of", "verdict_on"]
