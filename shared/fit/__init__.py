"""Does a person fit a position, and are two positions alike? Pure. Engagement, analytics and candidates share these rules."""

from shared.fit.answer import Answer, Finding, of_all
from shared.fit.levels import is_within_one, level_distance, order_of
from shared.fit.parts import NOTHING_KNOWN, Fit, Profile, fit_of, part_met
from shared.fit.similarity import Outline, similarity_of
from shared.fit.terms import Terms, place_met, salary_met

__all__ = [
    "NOTHING_KNOWN", "Answer", "Finding", "Fit", "Outline", "Profile", "Terms", "fit_of", "is_within_one", "level_distance",
    "of_all", "order_of", "part_met", "place_met", "salary_met", "similarity_of",
]  # fmt: skip
