"""What events teach of a person's market status and last contact."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.learning import RETRACTED, Evidence, evidence_of, learn, together

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
POSITION = UUID(int=99)


DETAIL = {"event.retracted": "type", "pursuit.responded": "mood", "candidate.signal_observed": "signal"}


def happened(kind: str, day: int, detail: str | None = None, *, number: int | None = None) -> Evidence:
    data = {"position": str(POSITION)} | ({DETAIL.get(kind, "reason"): detail} if detail else {})
    return Evidence(UUID(int=number or abs(hash((kind, day, detail)))), f"rekindle.{kind}", BEGIN + timedelta(days=day), data)


def status(*evidence: Evidence) -> str | None:
    found = learn(evidence).market_status
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("pursuit.applied", None, "active"),
        ("candidate.signal_observed", "laid_off", "active"),
        ("pursuit.interested", None, "open"),
        ("pursuit.screened", None, "open"),
        ("pursuit.interviewed", None, "open"),
        ("pursuit.offered", None, "open"),
        ("pursuit.offer_accepted", None, "open"),
        ("pursuit.responded", "positive", "open"),
        ("pursuit.responded", "negative", None),
        ("pursuit.responded", None, None),
        ("candidate.signal_observed", "project_ended", "open"),
        ("candidate.signal_observed", "anniversary", None),
        ("pursuit.hired", None, "passive"),
        ("pursuit.started", None, "passive"),
        ("candidate.signal_observed", "new_job", "passive"),
        ("pursuit.declined", "timing", "passive"),
        ("pursuit.declined", "counter_offer", "passive"),
        ("pursuit.declined", "salary", None),
        ("pursuit.rejected", "permanently_unavailable", "unavailable"),
        ("candidate.hard_no_set", "career_change", "unavailable"),
        ("pursuit.contacted", None, None),
        ("pursuit.sourced", None, None),
    ],
)
def test_what_a_fact_says_by_itself(kind: str, detail: str | None, expected: str | None) -> None:
    assert status(happened(kind, 1, detail)) == expected


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([happened("pursuit.applied", 1), happened("pursuit.interested", 2)], "active"),
        ([happened("pursuit.applied", 1), happened("pursuit.hired", 2)], "passive"),
        ([happened("pursuit.hired", 2), happened("pursuit.interested", 3)], "open"),
        ([happened("pursuit.applied", 1), happened("pursuit.hired", 2), happened("pursuit.interested", 3)], "open"),
        ([happened("pursuit.interested", 1), happened("pursuit.declined", 2, "timing")], "passive"),
        ([happened("pursuit.hired", 2), happened("pursuit.rejected", 3, "career_change")], "unavailable"),
    ],
)
def test_the_latest_decides_but_open_never_lowers_active(evidence: list[Evidence], expected: str) -> None:
    assert status(*evidence) == status(*reversed(evidence)) == expected


def test_contacts_and_responses_count_by_when_they_happened() -> None:
    found = learn([happened("pursuit.contacted", 5), happened("pursuit.contacted", 2), happened("pursuit.responded", 3)])
    assert found.last_contact_at == BEGIN + timedelta(days=5)
    assert found.last_response_at == BEGIN + timedelta(days=3)


def test_an_automatic_reply_teaches_nothing() -> None:
    data = {"position": str(POSITION), "mood": "positive", "auto": True}
    reply = evidence_of(UUID(int=1), "rekindle.pursuit.responded", BEGIN, data)

    assert reply is not None
    assert learn([reply]) == learn([])


def test_a_retraction_by_type_takes_back_the_latest_at_or_before_it() -> None:
    contacts = [happened("pursuit.contacted", day) for day in (1, 3, 6)]
    retraction = happened("event.retracted", 5, "rekindle.pursuit.contacted")
    assert learn([*contacts[:2], retraction]).last_contact_at == BEGIN + timedelta(days=1)
    assert learn([*contacts, retraction]).last_contact_at == BEGIN + timedelta(days=6)


def test_a_retraction_by_id_takes_back_that_fact_whichever_came_first() -> None:
    applied = happened("pursuit.applied", 5, number=7)
    retraction = Evidence(UUID(int=8), RETRACTED, BEGIN, {"event": str(applied.id)})
    assert learn([applied, retraction]) == learn([retraction, applied]) == learn([])


def test_two_reports_of_one_hire_are_taken_back_together_unless_a_stage_lies_between() -> None:
    retraction = happened("event.retracted", 9, "rekindle.pursuit.hired")
    reports = [happened("pursuit.hired", 3), happened("pursuit.hired", 4)]
    stage = Evidence(UUID(int=5), "rekindle.pursuit.submitted", BEGIN + timedelta(days=3, hours=5), {"position": str(POSITION)})
    assert status(*reports, retraction) is None
    assert status(*reports, stage, retraction) == "passive"


def test_a_whole_pursuit_can_be_taken_back() -> None:
    whole = Evidence(UUID(int=6), RETRACTED, BEGIN + timedelta(days=9), {"position": str(POSITION), "whole": True})
    assert status(happened("pursuit.applied", 3), happened("pursuit.hired", 4), whole) is None


def test_evidence_is_read_from_public_data() -> None:
    data = {"position": str(POSITION), "reason": "timing", "recruiter": "maria"}
    assert evidence_of(UUID(int=1), "rekindle.pursuit.declined", BEGIN, data) == Evidence(
        UUID(int=1), "rekindle.pursuit.declined", BEGIN, {"position": str(POSITION), "reason": "timing"}
    )


@pytest.mark.parametrize("kind", ["pursuit.feedback_given", "candidate.rated_us", "candidate.followup_promised"])
def test_what_never_matters_is_no_evidence(kind: str) -> None:
    assert evidence_of(UUID(int=1), f"rekindle.{kind}", BEGIN, {"position": str(POSITION)}) is None


evidence_lists = st.lists(
    st.builds(
        happened,
        st.sampled_from(["pursuit.applied", "pursuit.contacted", "pursuit.responded", "pursuit.hired", "pursuit.interested"]),
        st.integers(0, 5),
        number=st.integers(1, 10**6),
    )
    | st.builds(happened, st.just("event.retracted"), st.integers(0, 5), st.just("rekindle.pursuit.applied")),
    max_size=8,
    unique_by=lambda one: one.id,
)


@given(evidence_lists.flatmap(lambda sent: st.tuples(st.just(sent), st.permutations(sent))))
def test_any_order_teaches_the_same(orders: tuple[list[Evidence], list[Evidence]]) -> None:
    assert learn(orders[0]) == learn(orders[1])


@given(evidence_lists, evidence_lists)
def test_what_streams_teach_together_is_the_latest_of_each(one: list[Evidence], other: list[Evidence]) -> None:
    found = together([learn(one), learn(other)])
    assert found == together([learn(other), learn(one)])
    for name in ("last_contact_at", "active_at", "passive_at"):
        times = [at for at in (getattr(learn(one), name), getattr(learn(other), name)) if at is not None]
        assert getattr(found, name) == max(times, default=None)


@given(evidence_lists, evidence_lists)
def test_facts_alone_only_add(one: list[Evidence], other: list[Evidence]) -> None:
    first, second = ([fact for fact in sent if fact.type != RETRACTED] for sent in (one, other))
    assert learn(first + second) == together([learn(first), learn(second)])
