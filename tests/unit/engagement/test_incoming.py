"""The short ways that ingest takes say the same as the long ones."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from services.engagement.domain.incoming import Incoming, incoming
from shared.events import FACTS
from shared.events.validation import accept

NOW = datetime(2026, 6, 1, tzinfo=UTC)

SENT: list[tuple[str, dict[str, Any]]] = [
    ("pursuit.contacted", {"channel": "email"}),
    ("pursuit.contacted", {"channel": "email", "purpose": "outreach", "message": "Dear Ada", "words": None}),
    ("pursuit.declined", {"position": "a:1"}),
    ("pursuit.declined", {"position": "a:1", "reason": "location", "facts": {"locations": ["DE", {"city": "Berlin"}]}}),
    ("pursuit.declined", {"position": "a:1", "reason": "role_fit", "facts": {"role": "poet", "level": "lead"}}),
    ("pursuit.ghosted", {"position": "a:1"}),
    ("pursuit.stage_entered", {"position": "a:1", "stage": "sourced", "name": "New"}),
    ("pursuit.interview_scheduled", {"position": "a:1", "at": "2026-01-01"}),
    ("event.retracted", {"source": "a", "id": "b"}),
    ("event.retracted", {"type": "rekindle.pursuit.hired", "position": "a:1"}),
    ("event.retracted", {"position": "a:1", "whole": True}),
    ("pursuit.declined", {"position": "a:1", "reason": "salary", "also": [{"reason": "role_fit", "facts": {"role": "poet"}}]}),
    ("pursuit.evaluated", {"position": "a:1", "score": 74}),
    ("candidate.bounced", {"channel": "email", "address": "ada@example.org"}),
    ("candidate.cadence_chosen", {"every_days": 30, "channels": ["email"]}),
]


def made(kind: str, data: dict[str, Any]) -> Incoming:
    return incoming(
        accept(FACTS, f"rekindle.{kind}", data),
        source="ats",
        external_id="1",
        subject="ats:ada",
        time=None,
        received_at=NOW,
        position=data.get("position"),
    )


@pytest.mark.parametrize(("kind", "data"), SENT)
def test_what_is_stored_is_all_that_was_sent_and_every_default(kind: str, data: dict[str, Any]) -> None:
    fact = accept(FACTS, f"rekindle.{kind}", data)

    assert orjson.loads(made(kind, data).stored_json) == fact.model_dump(mode="json", by_alias=True, exclude_none=True)


@pytest.mark.parametrize(("kind", "data"), SENT)
def test_the_bus_sees_the_public_part(kind: str, data: dict[str, Any]) -> None:
    fact = accept(FACTS, f"rekindle.{kind}", data)

    assert orjson.loads(made(kind, data).public_json) == fact.public()


@pytest.mark.parametrize(
    ("kind", "data", "spelled_out"),
    [
        ("pursuit.contacted", {"channel": "email"}, {"channel": "email", "purpose": "outreach", "kind": "message"}),
        ("pursuit.declined", {"position": "a:1"}, {"position": "a:1", "reason": "unspecified", "facts": {}}),
        (
            "pursuit.declined",
            {"position": "a:1", "also": [{"reason": "salary"}]},
            {"position": "a:1", "also": [{"reason": "salary", "facts": None}]},
        ),
        (
            "pursuit.declined",
            {"position": "a:1", "also": [{"reason": "salary"}]},
            {"position": "a:1", "also": [{"reason": "salary", "facts": {"asked": None}}]},
        ),
        ("pursuit.responded", {"words": 74}, {"words": 74.0, "auto": False}),
        ("event.retracted", {"source": "a", "id": "b"}, {"source": "a", "id": "b", "whole": False}),
    ],
)
def test_a_default_spelled_out_is_the_same_event(kind: str, data: dict[str, Any], spelled_out: dict[str, Any]) -> None:
    assert made(kind, data).content_hash == made(kind, spelled_out).content_hash


def test_content_that_differs_has_another_hash() -> None:
    hashes = {made(kind, data).content_hash for kind, data in SENT}

    assert len(hashes) == len(SENT)
    assert made(*SENT[0]).content_hash == made("pursuit.contacted", {"channel": "email", "words": None}).content_hash
