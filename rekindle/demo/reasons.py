"""Why people of the demo say no, or are told no, with the facts that go with it."""

import random
from datetime import datetime, timedelta
from typing import Any

from rekindle.demo.people import Person

DECLINES = {
    "salary": 27, "timing": 22, "location": 13, "role_fit": 11, "availability": 6, "accepted_elsewhere": 9, "counter_offer": 5,
    "unspecified": 7,
}  # fmt: skip
REJECTIONS = {"skills": 30, "experience": 30, "preferred_another": 8, "unspecified": 4}
ABOVE = (-4_000, 2_000, 3_000, 4_000, 5_000, 5_000, 8_000, 12_000)
"""How much more people ask than the position pays by now; some would have come for what it pays today."""


def close_of(dice: random.Random, how: str, person: Person, at: datetime) -> dict[str, Any]:
    """The data of a close: its reason, its facts, sometimes a further reason."""
    if how == "rejected" and person.opening.sponsor_decides and dice.random() < 0.45:
        return {"by": "sponsor", "reason": "rejected_by_sponsor", "facts": {"sponsor": person.opening.record["sponsor"]}}
    reason = _choose(dice, DECLINES if how == "declined" else _that_apply(person))
    data: dict[str, Any] = {"reason": reason, "facts": _facts(dice, reason, person, at)}
    if how == "rejected":
        return data | {"by": "team"}
    if dice.random() < 0.16:
        other = _choose(dice, {one: weight for one, weight in DECLINES.items() if one != reason})
        data["also"] = [{"reason": other, "facts": _facts(dice, other, person, at)}]
    return data


def _that_apply(person: Person) -> dict[str, int]:
    """The reasons to turn somebody down, without lacks that they do not have."""
    lacks = {"skills": bool(_missing(person)), "experience": person.record["years_experience"] < _needed(person)}
    return {reason: weight for reason, weight in REJECTIONS.items() if lacks.get(reason, True)}


def _missing(person: Person) -> list[str]:
    return [skill for skill in person.opening.skills if skill not in person.record["skills"]]


def _needed(person: Person) -> int:
    return int(person.opening.record["years_experience"])


def _choose(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _facts(dice: random.Random, reason: str, person: Person, at: datetime) -> dict[str, Any]:
    opening = person.opening
    match reason:
        case "salary":
            return {"asked": opening.pays_to + dice.choice(ABOVE), "currency": opening.record["salary"]["currency"]}
        case "timing":
            return {"revisit_on": _day(at, dice.randrange(25, 150))} if dice.random() < 0.7 else {}
        case "location":
            return {"locations": [{"country": person.home.country}], "remote": dice.random() < 0.75}
        case "role_fit" if opening.record["level"] == "manager":
            return {"wanted_level": "director"}
        case "role_fit":
            return {"wanted_level": dice.choice(("lead", "staff", "manager"))}
        case "availability":
            return {"available_from": _day(at, dice.randrange(40, 140))}
        case "accepted_elsewhere" | "counter_offer":
            return {"start_on": _day(at, dice.randrange(5, 60))}
        case "skills":
            return {"missing_skills": _missing(person)}
        case "experience":
            return {"years_had": person.record["years_experience"], "years_needed": _needed(person)}
        case "preferred_another":
            return {"rank": dice.choice((2, 2, 3))}
        case _:
            return {}


def _day(at: datetime, days: int) -> str:
    return (at + timedelta(days=days)).date().isoformat()
