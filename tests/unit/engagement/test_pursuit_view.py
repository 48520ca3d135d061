"""What is stored and shown of a fold, and what the clock has to put on record for it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.engagement.domain.pursuit_view import GHOSTED, POSITION_CLOSED, clock_record, describe, row_of
from shared.attempts import FoldFact, fact_of, fold
from shared.ids import pursuit_id

PERSON, POSITION = UUID(int=1), UUID(int=2)
PURSUIT = pursuit_id(PERSON, POSITION)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def fact(kind: str, day: int, **data: Any) -> FoldFact:
    return fact_of(uuid4(), f"rekindle.pursuit.{kind}", MARCH + timedelta(days=day), {"position": str(POSITION), **data})


def test_a_touch_without_an_answer_is_due_when_its_interval_ends() -> None:
    folded = fold([fact("contacted", 0)])
    record = clock_record(PURSUIT, POSITION, folded, frozenset())

    assert record is not None
    assert (record.type, record.time) == (GHOSTED, MARCH + timedelta(days=30))
    assert row_of(PURSUIT, PERSON, POSITION, folded, record).clock_at == record.time


def test_what_is_on_record_is_not_due_again() -> None:
    facts = [fact("contacted", 0)]
    first = clock_record(PURSUIT, POSITION, fold(facts), frozenset())
    assert first is not None
    mark = fact_of(first.event_id, first.type, first.time, {"by_clock": True})
    folded = fold([*facts, mark])

    assert clock_record(PURSUIT, POSITION, folded, {mark.id}) is None
    row = row_of(PURSUIT, PERSON, POSITION, folded, None)
    assert (row.clock_at, row.status, row.close_kind) == (None, "closed", "ghosted")


def test_an_attempt_that_its_position_closed_is_due_at_once() -> None:
    closing = MARCH + timedelta(days=9)
    record = clock_record(PURSUIT, POSITION, fold([fact("responded", 0)], [closing]), frozenset())

    assert record is not None
    assert (record.type, record.time) == (POSITION_CLOSED, closing)


def test_an_answer_leaves_nothing_to_wait_for() -> None:
    folded = fold([fact("contacted", 0), fact("responded", 1)])

    assert clock_record(PURSUIT, POSITION, folded, frozenset()) is None
    assert row_of(PURSUIT, PERSON, POSITION, folded, None).status == "open"


def test_a_pursuit_without_facts_is_stored_as_empty() -> None:
    row = row_of(PURSUIT, PERSON, POSITION, fold([]), None)

    assert (row.id, row.attempt, row.stage, row.status, row.clock_at) == (PURSUIT, 0, None, None, None)


def test_a_hire_is_told_as_such() -> None:
    (attempt,) = fold([fact("contacted", 0), fact("hired", 3)]).attempts
    results = describe(attempt)

    assert results["status"] == "hired"
    assert [stage["stage"] for stage in results["stages"] if stage["recorded_at"] is not None] == ["contacted", "hired"]
    assert results["touches"][0]["number"] == 1
