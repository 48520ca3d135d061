"""The search by index finds exactly whom a slow scan of everybody finds, whatever opens, changes and closes."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.derive_people import derive_all
from shared.db.engine import Sessions
from shared.events import CandidateChanged, PositionChanged
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

LEVELS = [
    "intern", "junior", "mid", "senior", "lead", "staff", "principal", "manager", "director", "executive",
]  # fmt: skip
SKILLS = ["python", "go", "kafka", "rust"]
COUNTRIES = ["DE", "FR", "AT"]
CLOSED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
USD_FOR_ONE_EURO = 1.0389

Record = dict[str, Any]


def some(choose: random.Random, values: list[str], most: int = 2) -> list[str]:
    return sorted(choose.sample(values, choose.randint(0, most)))


def a_position(choose: random.Random) -> Record:
    return {
        "status": choose.choice(["open", "open", "open", "draft", "on_hold", "closed"]),
        "level": choose.choice([None, *LEVELS[2:6]]),
        "skills": some(choose, SKILLS),
        "remote": choose.choice([None, True, False]),
        "countries": some(choose, COUNTRIES, 1),
        "salary_max": choose.choice([None, 80_000, 90_000, 100_000]),
        "salary_currency": choose.choice(["EUR", "USD", "UAH"]),
        "sponsor": choose.choice([None, "acme", "globex"]),
        "years_experience": choose.choice([None, 2, 3, 5]),
        "starts_on": choose.choice([None, "2027-01-01", "2027-06-01"]),
    }


def a_no(choose: random.Random) -> Record:
    facts: dict[str, Record] = {
        "salary": {"asked": choose.choice([80_000, 90_000, 95_000]), "currency": choose.choice(["EUR", "USD", "UAH"])},
        "location": choose.choice([{}, {"remote": True}, {"remote": False, "locations": [{"country": "DE"}]},
                                   {"locations": [{"country": choose.choice(COUNTRIES)}]}]),
        "experience": {"years_had": choose.choice([1, 2, 4]), "years_needed": 5},
        "skills": {"missing_skills": some(choose, SKILLS)},
        "role_fit": choose.choice([{}, {"wanted_level": choose.choice(LEVELS[2:6])}]),
        "rejected_by_sponsor": choose.choice([{}, {"sponsor": "acme"}]),
        "preferred_another": {},
        "availability": {"available_from": choose.choice(["2027-01-01", "2027-03-01"])},
        "timing": {},
    }  # fmt: skip
    reason = choose.choice(sorted(facts))
    return {"reason": reason, "facts": facts[reason]}


def answer(no: Record, declined: Record, other: Record, person: Record) -> bool | None:
    """Whether the other position meets the no (True), contradicts it (False), or says nothing: as product.md has it."""
    facts = no["facts"]
    match no["reason"]:
        case "salary" if other["salary_max"] is not None:
            in_euro = {"EUR": 1.0, "USD": 1 / USD_FOR_ONE_EURO}
            asked_in, paid_in = facts["currency"], other["salary_currency"]
            if asked_in != paid_in and not {asked_in, paid_in} <= in_euro.keys():
                return None
            asked = facts["asked"] * in_euro.get(asked_in, 1.0)
            return bool(asked <= other["salary_max"] * in_euro.get(paid_in, 1.0) + 0.005)
        case "location":
            if other["remote"] and facts.get("remote") is not False:
                return True
            wanted = {place["country"] for place in facts.get("locations", [])}
            if wanted and other["countries"]:
                return bool(wanted & set(other["countries"]))
            return False if facts.get("remote") and not wanted and other["remote"] is False else None
        case "experience" if other["years_experience"] is not None:
            passed = (datetime.now(UTC) - CLOSED_AT).days / 365.25
            has_them = bool(facts["years_had"] + passed >= other["years_experience"])
            return None if has_them and likeness(declined, other) is False else has_them
        case "skills" if facts["missing_skills"]:
            return on_skills(set(facts["missing_skills"]) - set(person["skills"]), declined, other)
        case "role_fit" if facts.get("wanted_level") and other["level"]:
            is_other = likeness(declined | {"level": None}, other) is False
            return False if facts["wanted_level"] != other["level"] else None if is_other else True
        case "rejected_by_sponsor":
            sponsor = facts.get("sponsor") or declined["sponsor"]
            return None if sponsor is None or other["sponsor"] is None else bool(sponsor != other["sponsor"])
        case "preferred_another":
            return True if likeness(declined, other) else None
        case "availability" if other["starts_on"] is not None:
            return bool(other["starts_on"] >= facts["available_from"])
        case _:
            return None


def on_skills(lacking: set[str], declined: Record, other: Record) -> bool | None:
    if lacking & set(other["skills"]):
        return False
    return True if (other["skills"] or not lacking) and likeness(declined, other) else None


def likeness(declined: Record, other: Record) -> bool | None:
    near = apart(declined["level"], other["level"])
    same_place = other["remote"] or not declined["countries"] or not other["countries"]
    same_place = same_place or set(declined["countries"]) & set(other["countries"])
    if not same_place or (near is not None and near > 1):
        return False
    both_known = declined["skills"] and other["skills"]
    return bool(set(declined["skills"]) & set(other["skills"])) if both_known else None


def apart(one: str | None, other: str | None) -> int | None:
    return None if one is None or other is None else abs(LEVELS.index(one) - LEVELS.index(other))


def brings_back(person: Record, other: Record, positions: dict[str, Record]) -> bool:
    """A slow look at every soft no of the person."""
    if other["status"] != "open":
        return False
    wanted = [no["facts"]["wanted_level"] for no in person["nos"].values() if no["facts"].get("wanted_level")]
    answers = {name: answer(no, positions[name], other, person) for name, no in person["nos"].items()}
    if False in answers.values():
        return False
    met = [name for name, one in answers.items() if one is True]
    near = [apart(next(iter(wanted), None) or person["level"] or positions[name]["level"], other["level"]) for name in met]
    return any(one is None or one <= 1 for one in near)


async def reasons(engagement: Sessions) -> set[tuple[UUID, UUID]]:
    """Persons, each with a position that brings them back, as the queue has it."""
    query = text(
        "SELECT person_id, reason ->> 'position_id' FROM queue_items, jsonb_array_elements(reasons) AS reason "
        "WHERE reason ->> 'trigger' = 'position_opened'"
    )
    async with engagement.begin() as session:
        return {(row[0], UUID(row[1])) for row in await session.execute(query)}


@pytest.mark.parametrize("seed", range(3))
async def test_the_search_finds_whom_a_scan_of_everybody_finds(
    ats: Ats, engagement: Sessions, settings: EngagementSettings, seed: int
) -> None:
    choose = random.Random(seed)
    desk, records = Desk(ats, engagement, settings), Records(engagement, settings)
    declined = {f"ats:declined-{number}": a_position(choose) | {"status": "closed"} for number in range(4)}
    people: dict[str, Record] = {}
    for number in range(40):
        of = choose.sample(sorted(declined), choose.randint(1, 2))
        people[f"ats:{number}"] = {
            "level": choose.choice([None, *LEVELS[2:6]]),
            "skills": some(choose, SKILLS),
            "nos": {name: a_no(choose) for name in of},
        }
    await records.publish(*(published(name, record) for name, record in declined.items()))
    await desk.post(
        *(
            event("pursuit.declined", of=name, at=CLOSED_AT.isoformat(), position=of, **no)
            for name, person in people.items()
            for of, no in person["nos"].items()
        )
    )
    await records.publish(*(person_record(name, person) for name, person in people.items()))
    opened: dict[str, Record] = {}
    found: set[tuple[UUID, UUID]] = set()
    for _ in range(25):
        if choose.random() < 0.2:
            name = choose.choice(sorted(people))
            people[name] |= {"level": choose.choice(LEVELS[2:6]), "skills": some(choose, SKILLS)}
            await records.publish(person_record(name, people[name]))
        else:
            name = f"ats:opened-{choose.randint(0, 3)}"
            opened[name] = a_position(choose)
            await records.publish(published(name, opened[name]))

        now = await reasons(engagement)
        found |= now
        assert now == {
            (candidate_id(person), position_id(position))
            for person, what in people.items()
            for position, record in opened.items()
            if brings_back(what, record, declined)
        }

    assert len(found) > 10
    live = await desk.rows()
    await derive_all(engagement, now=datetime.now(UTC), settings=settings)
    assert await desk.rows() == live


def published(name: str, record: Record) -> tuple[UUID, PositionChanged]:
    return position_id(name), PositionChanged.model_validate({"position_id": position_id(name), **record})


def person_record(name: str, person: Record) -> tuple[UUID, CandidateChanged]:
    stream = candidate_id(name)
    given = {"candidate_id": stream, "person_id": stream, "level": person["level"], "skills": person["skills"]}
    return stream, CandidateChanged.model_validate(given)
