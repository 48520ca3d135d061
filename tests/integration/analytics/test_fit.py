"""Who fits a position and what changes would add, over HTTP: equal to ``shared.fit`` asked about each person in turn."""

import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.embedded.stack import Stack
from shared.db.engine import Sessions
from shared.events import Event
from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import Answer, Profile, Terms, fit_of, of_all, part_met, place_met, salary_met
from shared.rate_table import rates_of
from tests.integration.analytics.conftest import application
from tests.integration.analytics.deliveries import deliver
from tests.unit.analytics.histories import POSITION, History

AT = f"/v1/analytics/positions/{POSITION}"
REQUIREMENTS = [{"skills_any": ["python", "go"]}, {"level_from": "senior", "years_from": 5}]
NEEDS = [{"skills_any": ["sql"]}, {"years_from": 3}]
STATED: dict[str, Any] = {
    "requirements": REQUIREMENTS, "needs": NEEDS, "salary_max": 90000, "salary_currency": "EUR", "countries": ["DE", "AT"],
}  # fmt: skip
Known = dict[str, Any]


def somebody(chance: random.Random) -> Known:
    """What a record may know of a person."""
    return {
        "level": chance.choice([None, *Level]),
        "years_experience": chance.choice([None, 0, 1.5, 3, 4.99, 5, 7, 12, 30]),
        "skills": chance.sample(["python", "go", "sql", "rust"], chance.randint(0, 3)),
        "country": chance.choice([None, "DE", "AT", "FR"]),
        "market_status": chance.choice([None, "passive", "open", "active"]),
        "salary_amount": chance.choice([None, 60000, 89999.5, 90000, 90000.01, 95000, 120000, 14_000_000]),
        "salary_currency": chance.choice(["EUR", "EUR", "USD", "JPY", "XPF", None]),
    }


def answers(known: Known, asked: dict[str, Any]) -> dict[str, Answer]:
    """What the pure rules say of one person."""
    profile = Profile(frozenset(known["skills"]), known["level"], known["years_experience"])
    terms = Terms(asked["salary_max"], asked["salary_currency"], frozenset(asked["countries"]), asked.get("remote"))
    parts = [Part(**part) for part in asked["requirements"]]
    found = {
        "requirements": fit_of(parts, profile).answer,
        "needs": fit_of([Part(**part) for part in asked["needs"]], profile).answer,
        "salary": salary_met(terms, known["salary_amount"], known["salary_currency"], rates_of(None)).answer,
        "location": place_met(terms, known["country"]),
    }
    found |= {f"part {place}": part_met(part, profile).answer for place, part in enumerate(parts)}
    return found | {"fit": of_all([found["requirements"], found["salary"], found["location"]])}


def counted(people: list[Known], name: str, asked: dict[str, Any] = STATED) -> dict[str, int]:
    """How many people by answer."""
    found = [answers(known, asked)[name] for known in people]
    return {answer.value: found.count(answer) for answer in Answer}


def only(body: dict[str, Any]) -> dict[str, int]:
    """The three answers of a body."""
    return {answer.value: body[answer.value] for answer in Answer}


async def get(api: httpx.AsyncClient, what: str = "fit") -> dict[str, Any]:
    """The body of an answer."""
    answer = await api.get(f"{AT}/{what}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def posted(api: httpx.AsyncClient, changes: dict[str, Any]) -> dict[str, Any]:
    """Who would fit with these changes."""
    answer = await api.post(f"{AT}/fit", json={"changes": changes})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def pool(history: History, count: int, seed: int = 3) -> tuple[list[Known], list[Event]]:
    """Some people, and their snapshots with that of the position."""
    chance = random.Random(seed)
    people = [somebody(chance) for _ in range(count)]
    return people, [
        history.position(**STATED),
        *(history.known(f"person-{n}", **known) for n, known in enumerate(people)),
    ]


async def test_it_counts_what_the_rules_say_of_each_person(api: httpx.AsyncClient, analytics: Sessions) -> None:
    people, events = pool(History(), 400)
    await deliver(analytics, *events)

    body = await get(api)

    assert body["people"] == 400
    for name in ("fit", "requirements", "needs", "salary", "location"):
        assert only(body[name]) == counted(people, name), name
    for place, part in enumerate(body["requirements"]["parts"]):
        assert only(part) == counted(people, f"part {place}")
    assert 0 < body["fit"]["met"] < body["requirements"]["met"], "the example tells them apart"
    for name, field in (("level", "level"), ("location", "country"), ("market_status", "market_status")):
        for group in body["by"][name]:
            of_it = [known for known in people if known[field] == group["value"]]
            assert group["people"] == len(of_it)
            for what in ("requirements", "needs", "fit"):
                assert group[what] == counted(of_it, what)["met"], (name, group)
    assert sum(group["people"] for group in body["by"]["years"]) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"salary_max": 95000}, {"remote": True}, {"countries": ["FR"]}, {"requirements": [{"skills_any": ["rust"]}]},
        {"salary_max": 120000, "remote": True}, {"requirements": []}, {"salary_currency": "USD"},
    ],
)  # fmt: skip
async def test_a_changed_position_counts_as_if_it_were_so(
    api: httpx.AsyncClient, analytics: Sessions, changes: dict[str, Any]
) -> None:
    people, events = pool(History(), 200)
    await deliver(analytics, *events)

    body = await posted(api, changes)

    for name in ("fit", "requirements", "salary", "location"):
        assert only(body[name]) == counted(people, name, STATED | changes), name


async def test_each_single_change_says_whom_it_would_add(api: httpx.AsyncClient, analytics: Sessions) -> None:
    _, events = pool(History(), 400)
    await deliver(analytics, *events)

    body = await get(api, "what-if")

    now = await get(api)
    assert body["fit"] == now["fit"]["met"]
    assert [next(iter(step["change"])) for step in body["changes"]] == [
        *["salary_max"] * 6, "remote", "without_skills", "years_less", "levels_lower"
    ]  # fmt: skip
    for step in body["changes"]:
        then = await posted(api, step["change"])
        assert (step["in_all"], step["not_known"]) == (then["fit"]["met"], then["fit"]["not_known"]), step
        assert step["would_fit"] == step["in_all"] - body["fit"], "these changes ask for less, so that nobody is lost"
    curve = [step["in_all"] for step in body["changes"][:6]]
    assert curve == sorted(curve)
    assert any(step["would_fit"] for step in body["changes"][6:])


async def test_salaries_in_other_currencies_are_compared_by_the_dated_rates(api: httpx.AsyncClient, analytics: Sessions) -> None:
    """Of the shipped table 1 EUR is 1.0389 USD and 163.06 JPY; it has no XPF. 90,000 EUR are 93,501 USD and 14,675,400 JPY."""
    history = History()
    asked = {
        "at-most": (93_501, "USD"), "too-much": (93_502, "USD"), "in-yen": (14_675_400, "JPY"), "in-francs": (1, "XPF"),
        "more-francs": (2, "XPF"), "at-home": (90_000, "EUR"), "silent": (None, None),
    }  # fmt: skip
    people = [history.known(who, salary_amount=amount, salary_currency=currency) for who, (amount, currency) in asked.items()]
    await deliver(analytics, history.position(salary_max=90_000, salary_currency="EUR"), *people)

    salary = (await get(api))["salary"]
    what_if = await get(api, "what-if")
    dearer = await posted(api, {"salary_max": 90_001})
    in_dollars = await posted(api, {"salary_max": 93_502, "salary_currency": "USD"})

    assert only(salary) == {"met": 3, "not_met": 1, "not_known": 3}
    assert (salary["currency"], salary["rates"]["as_of"]) == ("EUR", "2024-12-31")
    assert salary["not_compared"] == [{"currency": "XPF", "people": 2}]
    assert (dearer["fit"]["met"], in_dollars["fit"]["met"], in_dollars["salary"]["currency"]) == (4, 4, "USD")
    assert (what_if["currency"], what_if["fit"]) == ("EUR", 3)
    assert what_if["changes"][0] == {"change": {"salary_max": 94_500}, "would_fit": 1, "in_all": 4, "not_known": 3}


DO_NOT = {"reason": "do_not_contact", "evidence": "a mail", "decided_by": "maria"}


async def test_whom_we_hired_and_who_said_no_for_good_fit_no_position(
    api: httpx.AsyncClient, analytics: Sessions, real_stores: Stack, keys: Path
) -> None:
    """Each step is what an application says that has answered before, and one that reads everybody for the first time."""
    history = History()
    declined = history.fact("declined", "ben", 2, reason="conduct_violation", evidence="a call", decided_by="tom")
    steps: list[tuple[list[Event], int, dict[str, int]]] = [
        (
            [history.position(), *(history.known(who, level="senior") for who in ("ada", "ben", "cleo", "dan", "dan-2"))],
            5, {"hired": 0, "hard_no": 0},
        ),
        ([history.fact("hired", "ada", 1), declined], 3, {"hired": 1, "hard_no": 1}),
        ([history.fact("rejected", "ben", 3, reason="skills")], 3, {"hired": 1, "hard_no": 1}),  # a later soft no lifts none
        ([history.fact("left", "ada", 9)], 4, {"hired": 0, "hard_no": 1}),
        ([history.fact("candidate.hard_no_set", "cleo", 4, name="set", **DO_NOT)], 3, {"hired": 0, "hard_no": 2}),
        ([history.fact("event.retracted", "cleo", 5, source="ats", id="set")], 4, {"hired": 0, "hard_no": 1}),
        ([history.fact("candidate.hard_no_set", "dan-2", 4, **DO_NOT)], 3, {"hired": 0, "hard_no": 2}),
        ([history.belongs("dan-2", "dan")], 2, {"hired": 0, "hard_no": 2}),  # the strictest of both streams holds for the person
        ([history.belongs("dan-2", "dan-2")], 3, {"hired": 0, "hard_no": 2}),
        ([history.fact("candidate.hard_no_lifted", "dan-2", 6, by="candidate", **DO_NOT)], 4, {"hired": 0, "hard_no": 1}),
    ]  # fmt: skip

    for events, fit, bars in steps:
        await deliver(analytics, *events)
        async with application(real_stores, keys) as fresh:
            for client in (api, fresh):
                body = await get(client)
                assert (body["fit"]["met"], body["approachable"]["met"]) == (fit, fit), events
                assert {name: body["approachable"][name] for name in bars} == bars
                assert body["requirements"]["met"] == body["people"]
    assert (await get(api, "what-if"))["fit"] == 4


async def test_who_changes_is_counted_anew(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    fits = {
        "skills": ["go"],
        "level": "lead",
        "years_experience": 9,
        "salary_amount": 1,
        "salary_currency": "EUR",
        "country": "AT",
    }
    await deliver(analytics, history.position(**STATED), history.known("ada", **fits), history.known("ben", **fits))
    assert (await get(api))["fit"]["met"] == 2

    await deliver(analytics, history.known("ben", **fits | {"level": "mid"}))
    assert (await get(api))["fit"] == {"met": 1, "not_met": 1, "not_known": 0}
    await deliver(analytics, history.known("ben", **fits | {"level": None}))
    assert (await get(api))["fit"] == {"met": 1, "not_met": 0, "not_known": 1}


async def test_a_merged_person_counts_once_and_an_erased_one_not(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.position(), *(history.known(who) for who in ("ada", "ada-2", "ben")))
    assert (await get(api))["people"] == 3

    await deliver(analytics, history.belongs("ada-2", "ada"))
    assert (await get(api))["people"] == 2
    await deliver(analytics, history.belongs("ada-2", "ada-2"))
    assert (await get(api))["people"] == 3
    await deliver(analytics, history.erased("ben"))
    await deliver(analytics, history.known("ben", level="lead"))
    assert (await get(api))["people"] == 2


async def test_a_position_without_requirements_requires_what_its_record_names(
    api: httpx.AsyncClient, analytics: Sessions
) -> None:
    history = History()
    await deliver(
        analytics,
        history.position(skills=["python", "sql"], level="senior", years_experience=5),
        history.known("ada", skills=["python", "sql"], level="lead", years_experience=6),
        history.known("ben", skills=["python"], level="lead", years_experience=6),
    )

    body = await get(api)
    assert [part["skills_any"] for part in body["requirements"]["parts"]] == [["python"], ["sql"], [], []]
    assert (body["fit"]["met"], body["salary"], body["location"]) == (1, None, None)
    without = (await get(api, "what-if"))["changes"]
    assert {str(step["change"]): step["would_fit"] for step in without} == {
        "{'without_skills': ['python']}": 0, "{'without_skills': ['sql']}": 1, "{'years_less': 2}": 0, "{'levels_lower': 1}": 0
    }  # fmt: skip


async def test_a_position_without_a_record_is_not_known(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/analytics/positions/ats:nowhere/what-if")

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (404, "position_unknown")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"salary": 5}, "changes.salary"),
        ({"years_less": -1}, "changes.years_less"),
        ({"levels_lower": "one"}, "changes.levels_lower"),
    ],
)
async def test_changes_that_do_not_exist_are_refused(api: httpx.AsyncClient, changes: dict[str, Any], field: str) -> None:
    answer = await api.post(f"{AT}/fit", json={"changes": changes})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
