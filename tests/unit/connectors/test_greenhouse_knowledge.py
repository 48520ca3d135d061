"""What bodies teach of an application does not depend on the order in which they come."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from services.connectors.domain.greenhouse.knowledge import KnownApplication, learn
from tests.unit.connectors.greenhouse_bodies import application, body, offer, raw

T1 = datetime(2026, 1, 1, tzinfo=UTC)
T2, T3 = T1 + timedelta(days=1), T1 + timedelta(days=2)


def learnt(*payload: tuple[bytes, datetime]) -> KnownApplication | None:
    known: KnownApplication | None = None
    for content, at in payload:
        known = learn(known, body(content), at, None)
    return known


def test_the_newest_body_says_how_things_stand_in_any_order() -> None:
    payload = [
        (application("candidate_stage_change"), T1),
        (application("candidate_stage_change", jobs=[{"id": 10}]), T2),
        (application("application_updated", jobs=[{"id": 10}], candidate_id=6), T3),
    ]

    for order in permutations(payload):
        known = learnt(*order)
        assert known is not None
        assert (known.candidate, known.jobs, known.seen_at, known.jobs_since) == ("6", ("10",), T3, T2), order


def test_a_body_without_jobs_forgets_none() -> None:
    known = learnt((application("candidate_stage_change"), T1), (application("application_updated", jobs=[]), T2))

    assert known is not None
    assert known.jobs == ("9",)


def test_an_older_body_fills_in_the_jobs_that_are_missing() -> None:
    known = learnt((application("application_updated", jobs=[]), T2), (application("candidate_stage_change"), T1))

    assert known is not None
    assert (known.jobs, known.seen_at) == (("9",), T2)


def test_an_offer_teaches_nothing_of_whose_it_is() -> None:
    assert learnt((offer(), T1)) is None


def test_a_deleted_application_says_whose_it_was() -> None:
    known = learnt((raw("delete_application", {"application": {"id": 70, "candidate_id": 5, "job_id": 9}}), T1))

    assert known is not None
    assert (known.candidate, known.jobs, known.deleted) == ("5", ("9",), True)


def test_the_latest_undoing_is_remembered() -> None:
    payload = application("unreject_candidate")

    known = learnt((payload, T2), (payload, T1))

    assert known is not None
    assert known.rejection_undone_at == T2
