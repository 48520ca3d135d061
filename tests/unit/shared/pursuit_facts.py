"""Builders of facts for the fold: a name and a day make a fact, in the form that the bus has it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.attempts import Attempt, FoldFact, Pursuit, fact_of, fold
from shared.events import BY_TYPE
from shared.ids import event_id, position_id

BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)
POSITION = "ats:role-1"
SOURCE = "ats"


def day(number: float) -> datetime:
    """The time that lies this many days after the tests' first."""
    return BEGIN + timedelta(days=number)


def fact(name: str, on: float, *, key: str = "", **data: Any) -> FoldFact:
    """A fact of the pursuit, by the last word of its type; ``key`` tells apart facts that are alike otherwise."""
    kind = BY_TYPE[f"rekindle.pursuit.{name}"]
    if name == "contacted":
        data.setdefault("channel", "email")
    public = kind.model_validate({"position": POSITION, **data}, extra="forbid").public()
    return fact_of(id_of(name, on, key), kind.type, day(on), public)


def id_of(name: str, on: float, key: str = "") -> UUID:
    """The id of the fact that ``fact`` makes of the same arguments."""
    return event_id(SOURCE, sent_id(name, on, key))


def sent_id(name: str, on: float, key: str = "") -> str:
    """The sender's own id of that fact."""
    return f"{name}-{on}-{key}"


def entered(stage: str, on: float, *, key: str = "") -> FoldFact:
    """An ATS moved the pursuit to a stage."""
    return fact("stage_entered", on, key=stage + key, stage=stage)


def declined(on: float, reason: str = "salary", *, key: str = "") -> FoldFact:
    """The candidate said no."""
    return fact("declined", on, key=key, **_why(reason))


def rejected(on: float, reason: str = "skills", by: str = "team", *, key: str = "") -> FoldFact:
    """The team or the sponsor said no."""
    return fact("rejected", on, key=key, by=by, **_why(reason))


def _why(reason: str) -> dict[str, str]:
    return {"reason": reason, "evidence": "a note", "decided_by": "maria"}


def undone(on: float, target: FoldFact) -> FoldFact:
    """A retraction that names a fact by source and id."""
    kind = BY_TYPE["rekindle.event.retracted"]
    return fact_of(event_id(SOURCE, f"undo-{target.id}-{on}"), kind.type, day(on), {"event": str(target.id)})


def undone_latest(on: float, name: str, *, position: str = POSITION, key: str = "") -> FoldFact:
    """A retraction that names the latest fact of a type."""
    kind = BY_TYPE["rekindle.event.retracted"]
    public = kind.model_validate({"type": f"rekindle.pursuit.{name}", "position": position}).public()
    return fact_of(event_id(SOURCE, f"undo-{name}-{on}-{key}"), kind.type, day(on), public)


def undone_whole(on: float, *, position: str = POSITION) -> FoldFact:
    """A retraction of everything of the pursuit up to a day."""
    data = {"position": str(position_id(position)), "whole": True}
    return fact_of(event_id(SOURCE, f"undo-whole-{on}-{position}"), "rekindle.event.retracted", day(on), data)


def mark(on: float) -> FoldFact:
    """The clock put a time on record."""
    return fact("ghosted", on, key="clock", by_clock=True)


def folded(*facts: FoldFact, closings: Sequence[float] = (), until: float | None = None) -> Pursuit:
    """The pursuit that these facts make."""
    return fold(facts, [day(number) for number in closings], until=None if until is None else day(until))


def attempts(*facts: FoldFact, closings: Sequence[float] = (), until: float | None = None) -> tuple[Attempt, ...]:
    """Its attempts."""
    return folded(*facts, closings=closings, until=until).attempts


def only(*facts: FoldFact, closings: Sequence[float] = (), until: float | None = None) -> Attempt:
    """Its one attempt; fails where there are more."""
    found = attempts(*facts, closings=closings, until=until)
    assert len(found) == 1, [one.began_at for one in found]
    return found[0]


def position_uuid() -> UUID:
    """The id of the tests' position."""
    return position_id(POSITION)
