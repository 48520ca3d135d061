"""Does a position meet a reason of a soft no, contradict it, or is that not known? Every rule by table."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.matching import PositionState
from services.engagement.domain.matching.conditions import HAVE_RULES, Asked, may_be_met, verdict_on
from shared.events.closes import FACTS_OF, CloseFacts
from shared.events.vocabulary import Level, Reason
from shared.fit import NOTHING_KNOWN, Answer, Profile, Rates
from shared.ids import position_id

MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN
RATES = Rates("EUR", date(2024, 12, 31), "a bank", {"USD": 1.25, "JPY": 160.0})
CLOSED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2027, 3, 3, 12, tzinfo=UTC)
A, B = position_id("ats:a"), position_id("ats:b")


def position(name: str = "ats:b", /, **what: Any) -> PositionState:
    return PositionState.of(position_id(name), {"status": "open", **what})


DECLINED = position("ats:a", sponsor="acme", salary_currency="EUR")


def verdict(
    reason: str,
    facts: dict[str, Any],
    of: PositionState,
    *,
    declined: PositionState | None = DECLINED,
    profile: Profile = NOTHING_KNOWN,
) -> tuple[Answer, str]:
    asked = Asked(
        reason=Reason(reason),
        facts=CloseFacts.model_validate(facts),
        closed_at=CLOSED_AT,
        rates=RATES,
        at=LATER,
        opened_at=LATER,
        declined=declined,
        profile=profile,
    )
    found = verdict_on(asked, of)
    return found.answer, found.why


EUR_95 = {"salary_min": 80_000, "salary_max": 95_000, "salary_currency": "EUR"}


@pytest.mark.parametrize(
    ("facts", "pays", "answer", "why"),
    [
        ({"asked": 85_000, "currency": "EUR"}, EUR_95, MET, "pays to 95,000 EUR"),
        ({"asked": 95_000, "currency": "EUR"}, EUR_95, MET, "pays to 95,000 EUR"),
        ({"asked": 95_001, "currency": "EUR"}, EUR_95, NOT_MET, "pays only to 95,000 EUR"),
        ({"asked": 85_000}, EUR_95, MET, "pays to 95,000 EUR"),
        ({"asked": 100_000, "currency": "USD"}, EUR_95, MET, "pays to 95,000 EUR"),
        ({"asked": 119_000, "currency": "USD"}, EUR_95, NOT_MET, "pays only to 95,000 EUR"),
        ({"asked": 90_000, "currency": "EUR"}, {"salary_min": 90_000, "salary_currency": "EUR"}, MET, "pays to 90,000 EUR"),
        ({"asked": 85_000, "currency": "XAU"}, {"salary_max": 95_000, "salary_currency": "XAU"}, MET, "pays to 95,000 XAU"),
        (
            {"asked": 85_000, "currency": "XAU"}, EUR_95, NOT_KNOWN,
            "XAU and EUR cannot be compared: the table of rates lacks one of them",
        ),
        ({"asked": 85_000, "currency": "EUR"}, {"salary_max": 95_000}, NOT_KNOWN, "the currency is not known"),
        ({"asked": 85_000, "currency": "EUR"}, {}, NOT_KNOWN, "what was asked or what it pays is not known"),
        ({}, EUR_95, NOT_KNOWN, "what was asked or what it pays is not known"),
    ],
)  # fmt: skip
def test_salary(facts: dict[str, Any], pays: dict[str, Any], answer: Answer, why: str) -> None:
    assert verdict("salary", facts, position(**pays)) == (answer, why)


DE = [{"country": "DE"}]
BERLIN = [{"country": "DE", "city": "Berlin"}]
LYON = [{"country": "FR", "city": "Lyon"}]
WIEN_OR_GERMANY = {
    "countries": ["AT", "DE"],
    "cities": ["wien"],
    "locations": [{"country": "AT", "city": "wien"}, {"country": "DE"}],
}
AUSTIN_OR_PARIS = {
    "countries": ["FR", "US"],
    "cities": ["austin", "paris"],
    "locations": [{"country": "FR", "city": "paris"}, {"country": "US", "city": "austin"}],
}


@pytest.mark.parametrize(
    ("facts", "where", "answer"),
    [
        ({}, {"remote": True}, MET),
        ({"remote": True}, {"remote": True}, MET),
        ({"locations": DE}, {"remote": True, "countries": ["FR"]}, MET),
        ({"remote": False, "locations": DE}, {"remote": True, "countries": ["FR"]}, NOT_MET),
        ({"locations": DE}, {"countries": ["DE", "FR"]}, MET),
        ({"locations": DE}, {"countries": ["FR"]}, NOT_MET),
        ({"locations": DE}, {"countries": ["FR"], "remote": False}, NOT_MET),
        ({"locations": DE}, {"remote": False}, NOT_KNOWN),
        ({"locations": BERLIN}, {"countries": ["DE"], "cities": ["berlin"]}, MET),
        ({"locations": ["Berlin"]}, {"countries": ["DE"], "cities": ["berlin"]}, MET),
        ({"locations": BERLIN}, {"countries": ["DE"], "cities": ["munich"]}, NOT_MET),
        ({"locations": BERLIN}, {"countries": ["DE"]}, MET),
        ({"locations": ["Berlin"]}, {"countries": ["DE"]}, NOT_KNOWN),
        ({"locations": LYON}, WIEN_OR_GERMANY, NOT_MET),
        ({"locations": BERLIN}, WIEN_OR_GERMANY, MET),
        ({"locations": [{"country": "DE", "city": "Wien"}]}, WIEN_OR_GERMANY, MET),
        ({"locations": [{"country": "AT", "city": "Linz"}]}, WIEN_OR_GERMANY, NOT_MET),
        ({"locations": ["Berlin"]}, WIEN_OR_GERMANY, NOT_KNOWN),
        ({"locations": [{"country": "US", "city": "Paris"}]}, AUSTIN_OR_PARIS, NOT_MET),
        ({"locations": [{"country": "FR", "city": "Paris"}]}, AUSTIN_OR_PARIS, MET),
        ({"locations": ["Paris"]}, AUSTIN_OR_PARIS, MET),
        ({"locations": [{"country": "FR"}, {"country": "DE"}]}, {"countries": ["DE"]}, MET),
        ({"remote": True}, {"remote": False, "countries": ["DE"]}, NOT_MET),
        ({"remote": True}, {"countries": ["DE"]}, NOT_KNOWN),
        ({}, {"countries": ["DE"]}, NOT_KNOWN),
        ({}, {}, NOT_KNOWN),
    ],
)
def test_location(facts: dict[str, Any], where: dict[str, Any], answer: Answer) -> None:
    assert verdict("location", facts, position(**where))[0] is answer


@pytest.mark.parametrize(
    ("facts", "asks", "answer"),
    [
        ({"years_had": 3, "years_needed": 5}, {"years_experience": 4}, MET),
        ({"years_had": 3, "years_needed": 5}, {"years_experience": 4.1}, NOT_MET),
        ({"years_had": 3, "years_needed": 5}, {"years_experience": 2, "requirements": [{"years_from": 6}]}, NOT_MET),
        ({"years_had": 3}, {}, NOT_KNOWN),
        ({"years_needed": 5}, {"years_experience": 4}, NOT_KNOWN),
    ],
)
def test_experience_a_year_later(facts: dict[str, Any], asks: dict[str, Any], answer: Answer) -> None:
    assert verdict("experience", facts, position(**asks))[0] is answer


def test_experience_that_was_not_stated_is_read_from_the_record() -> None:
    assert verdict("experience", {}, position(years_experience=4), profile=Profile(years=4))[0] is MET
    assert verdict("experience", {}, position(years_experience=4), profile=Profile(years=3))[0] is NOT_MET


@pytest.mark.parametrize(
    ("missing", "has", "asks", "answer"),
    [
        (["kafka"], [], {"skills": ["python"]}, MET),
        (["kafka"], [], {"skills": ["python", "kafka"]}, NOT_MET),
        (["kafka"], ["kafka"], {"skills": ["python", "kafka"]}, MET),
        (["kafka", "go"], ["kafka"], {"skills": ["kafka", "go"]}, NOT_MET),
        (["kafka"], [], {"requirements": [{"skills_any": ["kafka"]}]}, NOT_MET),
        (["kafka"], ["python"], {"requirements": [{"skills_any": ["kafka", "python"]}]}, MET),
        (["kafka"], [], {"needs": [{"skills_any": ["kafka"]}]}, NOT_MET),
        (["kafka"], [], {}, NOT_KNOWN),
        ([], [], {"skills": ["python"]}, NOT_KNOWN),
    ],
)
def test_skills(missing: list[str], has: list[str], asks: dict[str, Any], answer: Answer) -> None:
    profile, same = Profile(frozenset(has)), position("ats:a", **asks)

    assert verdict("skills", {"missing_skills": missing}, same, profile=profile)[0] is answer


PYTHON = {"skills": ["python", "kafka"], "level": "senior", "countries": ["DE"]}


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ({"skills": ["python"], "level": "senior", "countries": ["DE"]}, MET),
        ({"skills": ["python"], "remote": True}, MET),
        ({"skills": ["baking"], "level": "senior", "countries": ["DE"]}, NOT_KNOWN),
        ({"skills": ["python"], "level": "principal", "countries": ["DE"]}, NOT_KNOWN),
        ({"skills": ["python"], "level": "senior", "countries": ["FR"]}, NOT_KNOWN),
        ({"requirements": [{"skills_any": ["python"]}]}, NOT_KNOWN),
        ({"skills": ["baking", "kafka"]}, NOT_MET),
    ],
)
def test_skills_are_no_longer_asked_for_by_a_position_similar_to_the_one_of_the_no(other: dict[str, Any], answer: Answer) -> None:
    about = position("ats:a", **PYTHON)

    assert verdict("skills", {"missing_skills": ["kafka"]}, position(**other), declined=about)[0] is answer


@pytest.mark.parametrize(("skills", "answer"), [(["python"], MET), (["baking"], NOT_KNOWN)])
def test_what_they_have_learnt_counts_for_a_position_similar_to_the_one_of_the_no(skills: list[str], answer: Answer) -> None:
    about, learnt = position("ats:a", **PYTHON), Profile(frozenset({"kafka"}))

    assert verdict("skills", {"missing_skills": ["kafka"]}, position(skills=skills), declined=about, profile=learnt)[0] is answer


@pytest.mark.parametrize(
    ("reason", "facts", "asks"),
    [("experience", {"years_had": 3, "years_needed": 5}, {"years_experience": 3}), ("role_fit", {"wanted_level": "staff"}, {})],
)
@pytest.mark.parametrize(
    ("other", "answer"),
    [({"skills": ["python"]}, MET), ({}, MET), ({"skills": ["baking"]}, NOT_KNOWN), ({"countries": ["FR"]}, NOT_KNOWN)],
)
def test_years_and_a_level_are_met_by_what_is_not_known_to_be_of_another_kind(
    reason: str, facts: dict[str, Any], asks: dict[str, Any], other: dict[str, Any], answer: Answer
) -> None:
    about = position("ats:a", **PYTHON | {"level": "principal"})

    assert verdict(reason, facts, position(**{"level": "staff", **asks, **other}), declined=about)[0] is answer


def test_a_level_that_they_want_may_be_far_from_that_of_what_they_declined() -> None:
    about = position("ats:a", **PYTHON | {"level": "junior"})

    assert verdict("role_fit", {"wanted_level": "staff"}, position(level="staff", skills=["python"]), declined=about)[0] is MET


@pytest.mark.parametrize(
    ("facts", "is_of", "answer"),
    [
        ({"wanted_level": "staff"}, {"level": "staff"}, MET),
        ({"wanted_level": "staff"}, {"level": "senior"}, NOT_MET),
        ({"wanted_level": "staff"}, {}, NOT_KNOWN),
        ({"wanted_role": "Data engineer"}, {"title": "Senior Data Engineer (m/f/d)"}, MET),
        ({"wanted_role": "C++"}, {"title": "C developer"}, NOT_KNOWN),
        ({"wanted_role": "Data engineer"}, {"title": "Accountant"}, NOT_KNOWN),
        ({"wanted_role": "Data engineer", "wanted_level": "staff"}, {"title": "Data engineer", "level": "senior"}, MET),
        ({}, {"level": "staff", "title": "Engineer"}, NOT_KNOWN),
    ],
)
def test_level_or_role(facts: dict[str, Any], is_of: dict[str, Any], answer: Answer) -> None:
    assert verdict("role_fit", facts, position(**is_of))[0] is answer


@pytest.mark.parametrize(
    ("facts", "sponsor", "answer"),
    [
        ({"sponsor": "acme"}, "globex", MET),
        ({"sponsor": "acme"}, "acme", NOT_MET),
        ({}, "globex", MET),
        ({}, "acme", NOT_MET),
        ({}, None, NOT_KNOWN),
    ],
)
def test_another_sponsor(facts: dict[str, Any], sponsor: str | None, answer: Answer) -> None:
    assert verdict("rejected_by_sponsor", facts, position(sponsor=sponsor))[0] is answer


LIKE = {"skills": ["python"], "level": "senior", "countries": ["DE"]}


@pytest.mark.parametrize("reason", ["preferred_another", "position_closed"])
@pytest.mark.parametrize(
    ("other", "answer"),
    [
        (position(**LIKE), MET),
        (position(skills=["python", "go"], level="lead", remote=True), MET),
        (position(skills=["go"], level="senior", countries=["DE"]), NOT_KNOWN),
        (position(skills=["python"], level="staff", countries=["DE"]), NOT_KNOWN),
        (position(skills=["python"], level="senior", countries=["FR"]), NOT_KNOWN),
    ],
)
def test_the_next_similar_position(reason: str, other: PositionState, answer: Answer) -> None:
    assert verdict(reason, {}, other, declined=position("ats:a", **LIKE))[0] is answer


@pytest.mark.parametrize(
    ("available_from", "starts_on", "answer"),
    [
        ("2027-05-01", "2027-05-01", MET),
        ("2027-05-01", "2027-06-01", MET),
        ("2027-05-01", "2027-04-01", NOT_MET),
        ("2027-05-01", None, NOT_KNOWN),
        (None, "2027-05-01", NOT_KNOWN),
    ],
)
def test_a_position_that_starts_when_they_are_free(available_from: str | None, starts_on: str | None, answer: Answer) -> None:
    facts = {} if available_from is None else {"available_from": available_from}

    assert verdict("availability", facts, position(starts_on=starts_on))[0] is answer


def test_a_declined_offer_is_as_its_reason() -> None:
    assert verdict("offer_declined", {"reason": "location"}, position(remote=True))[0] is MET
    assert verdict("offer_declined", {"asked": 99_000, "currency": "EUR"}, position(**EUR_95))[0] is NOT_MET
    assert verdict("offer_declined", {}, position(remote=True, **EUR_95))[0] is NOT_KNOWN


@pytest.mark.parametrize("reason", ["timing", "accepted_elsewhere", "counter_offer", "ghosted", "no_show", "unspecified"])
def test_what_time_alone_meets_no_position_says_anything_about(reason: str) -> None:
    everything = position(remote=True, level=Level.SENIOR, starts_on="2027-01-01", title="Engineer", **EUR_95)

    assert verdict(reason, {}, everything)[0] is NOT_KNOWN


def test_amounts_are_converted_by_the_table_and_unknown_currencies_are_not() -> None:
    assert RATES.convert(100, "EUR", "USD") == 125
    assert RATES.convert(125, "USD", "EUR") == 100
    assert RATES.convert(125, "USD", "JPY") == pytest.approx(16_000)
    assert RATES.convert(1, "XAU", "EUR") is RATES.convert(1, "EUR", "XAU") is None
    assert dict(RATES.everywhere(100, "XAU")) == {"XAU": 100}
    assert dict(RATES.everywhere(100, "EUR")) == {"EUR": 100, "USD": 125, "JPY": 16_000}


FACTS = {
    "asked": st.just(90_000),
    "currency": st.just("EUR"),
    "available_from": st.just("2026-06-01"),
    "locations": st.sampled_from([[], [{"country": "DE"}], [{"city": "Berlin"}]]),
    "remote": st.booleans(),
    "years_had": st.just(3),
    "missing_skills": st.sampled_from([[], ["python"], ["go"]]),
    "wanted_level": st.just("senior"),
    "wanted_role": st.just("engineer"),
    "sponsor": st.sampled_from(["a", "b"]),
}
POSITIONS = st.fixed_dictionaries(
    {},
    optional={
        "salary_max": st.just(95_000),
        "salary_currency": st.just("EUR"),
        "starts_on": st.just("2026-07-01"),
        "remote": st.booleans(),
        "countries": st.just(["DE"]),
        "cities": st.just(["Berlin"]),
        "years_experience": st.just(2),
        "skills": st.just(["python"]),
        "level": st.just("senior"),
        "title": st.just("Senior engineer"),
        "sponsor": st.sampled_from(["a", "b"]),
    },
)


@given(st.data())
def test_what_is_met_is_what_could_be_met(data: st.DataObject) -> None:
    reason = data.draw(st.sampled_from(sorted(HAVE_RULES)))
    facts = CloseFacts.model_validate(
        data.draw(
            st.fixed_dictionaries({}, optional={one: FACTS[one] for one in sorted(FACTS_OF.get(reason, ()) & FACTS.keys())})
        )
    )
    declined = data.draw(st.none() | POSITIONS.map(lambda what: position("ats:a", **what)))
    profile = data.draw(st.sampled_from([Profile(), Profile(years=4), Profile(skills=frozenset({"python"}))]))
    other = position(**data.draw(POSITIONS))
    answer, _ = verdict(reason, facts.model_dump(exclude_none=True), other, declined=declined, profile=profile)

    assert answer is not MET or may_be_met(reason, facts, declined, profile)


@pytest.mark.parametrize("reason", sorted(HAVE_RULES - {Reason.LOCATION}))
def test_without_the_facts_that_its_rule_needs_a_reason_cannot_be_met(reason: Reason) -> None:
    assert not may_be_met(reason, CloseFacts(), None, NOTHING_KNOWN)
