"""Does a person fit a position, and are two positions alike? Pure. Engagement, analytics and candidates share these rules."""

from shared.fit.answer import Answer, Finding, of_all
from shared.fit.levels import is_within_one, level_distance, order_of
from shared.fit.parts import NOTHING_KNOWN, Fit, Profile, fit_of, part_met, required_parts
from shared.fit.rates import NO_RATES, Rates
from shared.fit.similarity import Outline, similarity_of
from shared.fit.terms import ROUNDING, Terms, amount_of, place_met, salary_met

__all__ = [
    "NOTHING_KNOWN", "NO_RATES", "ROUNDING", "Answer", "Finding", "Fit", "Outline", "Profile", "Rates", "Terms", "amount_of",
    "fit_of", "is_within_one", "level_distance", "of_all", "order_of", "part_met", "place_met", "required_parts", "salary_met",
    "similarity_of",
]  # fmt: skip
