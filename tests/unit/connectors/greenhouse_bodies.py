"""Builders of Greenhouse bodies: one line makes a valid one, and a test names only what matters to it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.connectors.domain.greenhouse.actions import translate
from services.connectors.domain.greenhouse.body import Body, read_body
from services.connectors.domain.greenhouse.knowledge import Knowledge, KnownApplication, KnownFact
from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.mapping_file import read_mapping
from services.connectors.domain.greenhouse.translation import Receipt, Translation
from services.connectors.domain.intents import Fact

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT.parent / "shared" / "data" / "greenhouse" / "webhooks"
RECEIVED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
REJECTED_AT = datetime(2026, 2, 1, 10, tzinfo=UTC)
SEEN_AT = datetime(2026, 1, 12, 9, tzinfo=UTC)
APPLIED_AT = datetime(2026, 1, 10, 9, tzinfo=UTC)


def sample(name: str) -> bytes:
    """A body of the vendor's documentation, by the end of its path."""
    found = sorted(SAMPLES.glob(f"*/{name}.json")) if SAMPLES.is_dir() else []
    if not found:
        pytest.skip(f"{SAMPLES} is not here: the vendor's sample bodies are not part of this project")
    return found[0].read_bytes()


def shipped_mapping() -> GreenhouseMapping:
    """The mapping file that the service ships."""
    return read_mapping((ROOT / "services" / "connectors" / "greenhouse.toml").read_bytes(), "greenhouse.toml")


def raw(action: str, payload: Mapping[str, Any]) -> bytes:
    """A body as it travels."""
    return json.dumps({"action": action, "payload": payload}).encode()


def application(action: str, **changes: Any) -> bytes:
    """A body about candidate 5's application 70 for job 9; ``candidate_`` members are the candidate's."""
    candidate = {"id": 5, "first_name": "Ada", "last_name": "Byron", "can_email": True}
    candidate |= {key.removeprefix("candidate_"): value for key, value in changes.items() if key.startswith("candidate_")}
    sent: dict[str, Any] = {
        "id": 70,
        "prospect": False,
        "status": "active",
        "applied_at": "2026-01-10T09:00:00Z",
        "rejected_at": None,
        "last_activity_at": "2026-01-12T09:00:00Z",
        "source": {"id": 1, "name": "Happy Hour"},
        "current_stage": None,
        "candidate": candidate,
        "jobs": [{"id": 9, "name": "Engineer", "status": "open", "closed_at": None}],
    }
    sent |= {key: value for key, value in changes.items() if not key.startswith("candidate_")}
    return raw(action, {"application": sent})


def offer(action: str = "offer_created", **changes: Any) -> bytes:
    """A body about version 1 of an offer for application 70."""
    sent = {
        "id": 3,
        "application_id": 70,
        "job_id": 9,
        "version": 1,
        "sent_on": "2026-02-01",
        "resolved_at": None,
        "start_date": "04/15/2026",
        "offer_status": "Created",
    }
    return raw(action, sent | changes)


def body(content: bytes) -> Body:
    """The body, read."""
    return read_body(content)


def translated(
    content: bytes,
    knowledge: Knowledge | None = None,
    *,
    mapping: GreenhouseMapping | None = None,
    zone: str = "UTC",
    received_at: datetime = RECEIVED_AT,
) -> Translation:
    """What a body means, by default knowing nothing else."""
    receipt = Receipt(hashlib.sha256(content).hexdigest(), received_at)
    return translate(read_body(content), receipt, knowledge or Knowledge(), mapping or shipped_mapping(), ZoneInfo(zone))


def facts(translation: Translation) -> list[Fact]:
    """The facts among what a body makes."""
    return [intent for intent in translation.intents if isinstance(intent, Fact)]


def types(translation: Translation) -> list[str]:
    """The types of the facts that a body makes, sorted."""
    return sorted(fact.type for fact in facts(translation))


def the_fact(translation: Translation, type_name: str) -> Fact:
    """The only fact of a type."""
    found = [fact for fact in facts(translation) if fact.type == type_name]
    assert len(found) == 1, f"{len(found)} facts of {type_name} in {translation}"
    return found[0]


def known(**changes: Any) -> KnownApplication:
    """Application 70 of candidate 5 for job 9, as it is known from bodies before."""
    body: dict[str, Any] = {"candidate": "5", "jobs": ("9",), "prospect": False, "seen_at": SEEN_AT, "jobs_since": SEEN_AT}
    return KnownApplication(**(body | changes))


def known_fact(type_name: str, time: datetime = REJECTED_AT, **changes: Any) -> KnownFact:
    """A fact of that application that was made from a body before."""
    body: dict[str, Any] = {"event_id": f"x-{type_name}", "candidate": "greenhouse:5", "job": "9"}
    return KnownFact(type=type_name, time=time, **(body | changes))


def rejection(name: str | None = "Salary", kind: str | None = "We rejected them", **changes: Any) -> bytes:
    """A body that rejects application 70, for a reason of a type."""
    reason = {"id": 1, "name": name, "type": {"id": 2, "name": kind}} if name else None
    body = {"rejected_at": "2026-02-01T10:00:00Z", "last_activity_at": "2026-02-01T10:00:00Z", "status": "rejected"}
    return application("reject_candidate", **(body | {"rejection_reason": reason} | changes))
