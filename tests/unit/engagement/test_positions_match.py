"""Which positions bring a person back: one condition met, none contradicted, at most one level away, opened or changed since."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.engagement.domain.matching import Candidate, Match, Opening, PositionState, Refusal, match_of
from services.engagement.domain.return_policy import ReturnPolicy
from services.engagement.domain.returns import conditions_of
from shared.attempts import Close
from shared.events.vocabulary import Level, Reason
from shared.fit import Profile, Rates
from shared.ids import position_id
from tests.unit.engagement.story import day

RATES = Rates()
SINCE = "2026-06-01"
UTC_ZONE = ZoneInfo("UTC")


def position(name: str = "ats:new", /, **what: Any) -> PositionState:
    return PositionState.of(position_id(name), {"status": "open", **what})


def opening(*states: tuple[str, PositionState]) -> Opening:
    return Opening([(day(on), state) for on, state in states])


def opened(name: str = "ats:new", /, **what: Any) -> Opening:
    return opening((SINCE, position(name, **what)))


def no(reason: str, on: str = "2026-03-02", of: str = "ats:a", also: Any = (), about: Any = None, **facts: Any) -> Refusal:
    close = Close("declined", Reason(reason), day(on), facts, also=also)
    return Refusal(position_id(of), close.time, conditions_of(close, ReturnPolicy()), about and position(of, **about))


def match(*refusals: Refusal, by: Opening, zone: ZoneInfo = UTC_ZONE, **person: Any) -> Match | None:
    return match_of(Candidate(refusals, **person), by, RATES, zone)


def test_a_position_that_meets_the_reason_brings_the_person_back_since_it_was_opened() -> None:
    found = match(no("location"), by=opened(remote=True))

    assert found is not None
    assert (found.due_at, found.why) == (day(SINCE), "this role can be done remotely")


@pytest.mark.parametrize("status", ["draft", "on_hold", "closed", None])
def test_only_an_open_position_brings_anybody_back(status: str | None) -> None:
    assert match(no("location"), by=opening((SINCE, position(status=status, remote=True)))) is None


def test_what_meets_nothing_brings_nobody_back_even_if_nothing_is_contradicted() -> None:
    assert match(no("location"), by=opened()) is None
    assert match(no("timing"), by=opened(remote=True)) is None


def test_another_soft_no_that_the_position_contradicts_holds_the_person_back() -> None:
    paid = {"salary_max": 80_000, "salary_currency": "EUR"}
    salary = no("salary", of="ats:b", asked=90_000, currency="EUR")

    assert match(no("location"), salary, by=opened(remote=True, **paid)) is None
    assert match(no("location"), salary, by=opened(remote=True)) is not None
    assert match(no("location"), salary, by=opened(remote=True, **paid | {"salary_max": 90_000})) is not None


@pytest.mark.parametrize(
    ("own", "of_position", "comes"),
    [("senior", "senior", True), ("senior", "lead", True), ("senior", "mid", True), ("senior", "staff", False),
     ("senior", "junior", False), (None, "intern", True), ("senior", None, True)],
)  # fmt: skip
def test_the_position_is_at_most_one_level_away(own: str | None, of_position: str | None, comes: bool) -> None:
    person = Profile(level=None if own is None else Level(own))

    assert (match(no("location"), by=opened(remote=True, level=of_position), profile=person) is not None) is comes


def test_a_level_that_the_person_wants_counts_before_their_own_and_that_of_what_they_declined_after_it() -> None:
    wants = no("role_fit", wanted_level="staff")
    declined = no("location", about={"level": "intern"})

    assert match(wants, by=opened(level="staff"), profile=Profile(level=Level.MID)) is not None
    assert match(declined, by=opened(remote=True, level="senior")) is None
    assert match(declined, by=opened(remote=True, level="senior"), profile=Profile(level=Level.SENIOR)) is not None


def test_a_position_that_was_the_same_before_the_no_is_no_news() -> None:
    assert match(no("location", on="2026-07-01"), by=opened(remote=True)) is None
    assert match(no("location", on=SINCE), by=opened(remote=True)) is None


def test_it_counts_from_the_first_state_after_the_no_from_which_it_has_always_fitted() -> None:
    on_site, remote = position(remote=False), position(remote=True)
    states = (("2026-04-01", remote), ("2026-05-01", on_site), (SINCE, remote), ("2026-07-01", replace(remote, title="New")))
    found = match(no("location"), by=opening(*states))

    assert found is not None
    assert found.due_at == day(SINCE)
    assert match(no("location"), by=opening(*states[:2])) is None
    changed_since = match(no("location", on="2026-06-15"), by=opening(*states))
    assert changed_since is not None
    assert changed_since.due_at == day("2026-07-01")


def test_of_a_close_with_further_reasons_each_is_met_by_the_position_or_by_its_time() -> None:
    also = [{"reason": "salary", "facts": {"asked": 90_000, "currency": "EUR"}}]
    pays = {"salary_max": 95_000, "salary_currency": "EUR"}
    both = match(no("location", also=also), by=opened(remote=True, **pays))
    one = match(no("location", also=also), by=opened(remote=True))

    assert both is not None
    assert one is not None
    assert (both.due_at, both.why) == (day(SINCE), "this role can be done remotely and pays to 95,000 EUR")
    assert one.due_at == datetime(2026, 8, 29, 12, tzinfo=UTC)
    assert one.why == "this role can be done remotely and salary waits until 29 August 2026"
    assert match(no("location", also=also), by=opened(remote=True, **pays | {"salary_max": 80_000})) is None
    far_east = match(no("location", also=also), by=opened(remote=True), zone=ZoneInfo("Pacific/Auckland"))
    assert far_east is not None
    assert far_east.why.endswith("salary waits until 30 August 2026")


def test_what_no_time_meets_the_position_must_meet_itself() -> None:
    also = [{"reason": "rejected_by_sponsor", "facts": {"sponsor": "acme"}}]

    assert match(no("location", also=also), by=opened(remote=True)) is None
    assert match(no("location", also=also), by=opened(remote=True, sponsor="acme")) is None
    found = match(no("location", also=also), by=opened(remote=True, sponsor="globex"))
    assert found is not None
    assert found.due_at == day(SINCE)


def test_another_sponsor_may_ask_14_days_after_the_no() -> None:
    found = match(no("rejected_by_sponsor", on="2026-05-30", sponsor="acme"), by=opened(sponsor="globex"))

    assert found is not None
    assert found.due_at == day("2026-06-13")


def test_the_position_where_they_were_second_is_the_next_one_only_when_it_is_opened_again() -> None:
    about = {"skills": ["python"], "level": "senior"}
    second = no("preferred_another", about=about)

    assert match(second, by=opened("ats:a", **about)) is not None
    went_on = opening(("2026-02-01", position("ats:a", **about)), (SINCE, position("ats:a", title="New", **about)))
    assert match(second, by=went_on) is None
    assert match(second, by=opened("ats:b", **about)) is not None


def test_a_position_that_was_dismissed_or_is_being_talked_about_brings_nobody_back() -> None:
    assert match(no("location"), by=opened(remote=True), barred=frozenset({position_id("ats:new")})) is None


def test_of_several_soft_nos_that_it_meets_the_newest_is_the_reason() -> None:
    older, newer = no("location"), no("salary", on="2026-04-02", of="ats:b", asked=90_000, currency="EUR")
    found = match(older, newer, by=opened(remote=True, salary_max=95_000, salary_currency="EUR"))

    assert found is not None
    assert found.refusal is newer
