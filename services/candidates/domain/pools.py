"""Who is in a pool: by its rule, by hand, or both. What was said by hand wins over the rule, and the last of it counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """What a recruiter said of a person and a pool: in or out."""

    is_in: bool
    by: str


@dataclass(frozen=True, slots=True)
class Membership:
    """How a person is a member; one of the two holds at least."""

    by_rule: bool
    by_hand: bool


def membership(*, meets_rule: bool, said: Said | None, may_be_in: bool = True) -> Membership | None:
    """How somebody is a member; None for who is not. ``may_be_in``: the pool is not of vetted people only, or they are vetted."""
    if not may_be_in or (said is not None and not said.is_in):
        return None
    return Membership(meets_rule, said is not None) if meets_rule or said is not None else None
