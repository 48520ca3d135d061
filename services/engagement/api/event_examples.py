"""An example of every type that can be posted, which the API takes as it stands."""

from typing import Any

from shared.events import FACTS, Fact
from shared.glossary import example_of

_WHO: dict[str, Any] = {"source": "acme", "subject": "acme:grace", "time": "2026-03-02T09:15:00Z"}

_SAID: dict[str, tuple[str, ...]] = {
    "rekindle.pursuit.applied": ("position", "via"),
    "rekindle.pursuit.sourced": ("position", "via", "recruiter"),
    "rekindle.pursuit.contacted": ("position", "channel", "recruiter", "words", "template"),
    "rekindle.pursuit.responded": ("position", "channel", "words", "mood"),
    "rekindle.pursuit.submitted": ("position", "sponsor"),
    "rekindle.pursuit.interview_scheduled": ("position", "at"),
    "rekindle.pursuit.interview_cancelled": ("position", "at"),
    "rekindle.pursuit.offered": ("position", "amount", "currency", "start_on"),
    "rekindle.pursuit.hired": ("position", "amount", "currency", "start_on"),
    "rekindle.pursuit.stage_entered": ("position", "stage", "name"),
    "rekindle.pursuit.evaluated": ("position", "score", "by", "stage"),
    "rekindle.pursuit.feedback_given": ("position", "words"),
    "rekindle.candidate.cadence_chosen": ("every_days", "channels"),
    "rekindle.candidate.consent_given": ("basis", "expires_on"),
    "rekindle.candidate.followup_promised": ("due_at", "about"),
}
"""Which fields an example shows, where there are more than the required ones."""

_WRITTEN: dict[str, dict[str, Any]] = {
    "rekindle.pursuit.declined": {
        "position": "demo:staff-engineer", "reason": "salary", "facts": {"asked": 110000, "currency": "EUR"},
    },
    "rekindle.pursuit.rejected": {
        "position": "demo:staff-engineer", "by": "team", "reason": "skills", "facts": {"missing_skills": ["kafka"]},
    },
    "rekindle.pursuit.withdrawn": {
        "position": "demo:staff-engineer", "reason": "timing", "facts": {"revisit_on": "2026-10-01"},
    },
    "rekindle.candidate.hard_no_set": {
        "reason": "do_not_contact", "evidence": "Asked by mail not to be contacted again", "decided_by": "Maria Lopez",
    },
    "rekindle.candidate.hard_no_lifted": {
        "reason": "do_not_contact", "evidence": "Wrote to us again", "decided_by": "Maria Lopez", "by": "candidate",
    },
    "rekindle.event.retracted": {"type": "rekindle.pursuit.rejected", "position": "demo:staff-engineer"},
}  # fmt: skip
"""Data whose fields depend on each other."""


def example(type_name: str) -> dict[str, Any]:
    """A CloudEvent of this type."""
    envelope = {"specversion": "1.0", "id": f"example-{type_name.rpartition('.')[2]}", "type": type_name}
    return {**envelope, **_WHO, "data": _WRITTEN.get(type_name) or _data(FACTS[type_name])}


def _data(kind: type[Fact]) -> dict[str, Any]:
    schema = kind.model_json_schema(by_alias=True, mode="validation")
    names = _SAID.get(kind.type) or schema.get("required", [])
    return {name: example_of(kind.__name__, name, schema) for name in names}
