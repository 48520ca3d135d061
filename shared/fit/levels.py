"""How far two levels are from each other: by their order in the vocabulary, intern to executive."""

from shared.events.vocabulary import Level

_ORDER = {level: number for number, level in enumerate(Level)}


def order_of(level: Level) -> int:
    """0 for intern to 9 for executive."""
    return _ORDER[level]


def level_distance(one: Level | None, other: Level | None) -> int | None:
    """How many steps one level is from another, 0 for the same; None where either is not known."""
    return None if one is None or other is None else abs(_ORDER[one] - _ORDER[other])


def is_within_one(one: Level | None, other: Level | None) -> bool | None:
    """Whether two levels are the same or neighbours; None where either is not known."""
    distance = level_distance(one, other)
    return None if distance is None else distance <= 1
