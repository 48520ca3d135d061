"""No JSON object makes the connector fail, and whatever it makes is what the API takes."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.connectors.domain.greenhouse.actions import MAPPED, NOT_MAPPED
from services.connectors.domain.greenhouse.knowledge import Knowledge, learn
from services.connectors.domain.greenhouse.translation import Outcome
from services.connectors.domain.intents import CandidatePatch, PositionPatch
from shared.events import FACTS
from shared.events.validation import accept
from shared.ids import Reference
from tests.unit.connectors.greenhouse_bodies import RECEIVED_AT, body, facts, shipped_mapping, translated

MAPPING = shipped_mapping()

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        ["2026-01-01T10:00:00Z", "2026-01-01", "0001-01-01T00:00:00Z", "9999-12-31", "Offer", "Salary", "open", "\0"]
    ),
)
names = st.sampled_from(
    [
        *("id", "application", "candidate", "person", "job", "jobs", "offer", "current_stage", "rejection_reason", "type"),
        *("name", "prospect", "applied_at", "rejected_at", "last_activity_at", "sent_on", "resolved_at", "offer_status"),
        *("application_id", "candidate_id", "job_id", "recruiter", "hiring_team", "recruiters", "user_id", "source"),
        *("can_email", "custom_fields", "value", "unit", "min_value", "max_value", "offices", "location", "status"),
        *("email_addresses", "phone_numbers", "first_name", "anonymized_fields", "new_candidate_id", "closed_at", "start_date"),
    ]
)
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)
objects = st.dictionaries(names, trees, max_size=8)
ids = st.one_of(st.integers(1, 3), st.sampled_from(["1", "2"]), scalars)
stages = st.one_of(st.fixed_dictionaries({"name": st.sampled_from(["Offer", "Zodiac", "Phone Screen"])}), trees)
applications = st.fixed_dictionaries(
    {"id": ids},
    optional={
        "candidate": st.one_of(st.fixed_dictionaries({"id": ids}, optional={"can_email": st.booleans()}), objects),
        "jobs": st.one_of(st.lists(st.fixed_dictionaries({"id": ids}), max_size=3), trees),
        "current_stage": stages,
        "prospect": scalars,
        "rejected_at": scalars,
        "last_activity_at": scalars,
        "rejection_reason": trees,
        "offer": objects,
        "source": trees,
        "recruiter": trees,
    },
)
payloads = st.one_of(objects, st.fixed_dictionaries({"application": applications}), applications)
bodies = st.fixed_dictionaries(
    {"action": st.one_of(st.sampled_from([*MAPPED, *NOT_MAPPED]), scalars), "payload": st.one_of(payloads, trees)}
)


def written(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace")


@settings(max_examples=400, deadline=None)
@given(bodies)
def test_no_object_fails_and_every_fact_is_one_the_api_accepts(tree: dict[str, Any]) -> None:
    translation = translated(written(tree), mapping=MAPPING)

    assert translation.reason or translation.outcome is Outcome.APPLIED
    numbers = [fact.number for fact in facts(translation)]
    assert len(set(numbers)) == len(numbers)
    for fact in facts(translation):
        accept(FACTS, f"rekindle.{fact.type}", fact.data)
        Reference.parse(fact.candidate)
        assert fact.time <= RECEIVED_AT.replace(hour=13)
    for intent in translation.intents:
        if isinstance(intent, CandidatePatch | PositionPatch):
            Reference.parse(intent.reference)
            json.dumps(intent.content, allow_nan=False).encode()


@settings(max_examples=200, deadline=None)
@given(st.lists(bodies, min_size=2, max_size=4))
def test_no_history_of_bodies_fails(trees_: list[dict[str, Any]]) -> None:
    known: dict[str | None, Any] = {}
    for tree in trees_:
        sent = body(written(tree))
        knowledge = Knowledge(known.get(sent.application_id))
        translation = translated(written(tree), knowledge, mapping=MAPPING)
        for fact in facts(translation):
            accept(FACTS, f"rekindle.{fact.type}", fact.data)
        known[sent.application_id] = learn(known.get(sent.application_id), sent, RECEIVED_AT, None)
    assert all(one is None or one.candidate for one in known.values())
