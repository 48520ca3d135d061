"""Fields of events are only ever added: what is on the bus today must be readable by what was built yesterday.

``events.snapshot.json`` holds the schema of every type as it was ever published. When a type or an optional field was added:

    python -m tests.unit.shared.test_events_snapshot

writes it down. What is written down is never changed or removed, neither by that command nor by hand: a field with another
meaning is another field, a type with other fields another type.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.events import EVENTS
from tools.documents.schemas import bus_schema

SNAPSHOT = Path(__file__).with_name("events.snapshot.json")
GROWS = {"enum", "properties", "required"}
SAYS_NOTHING = {"description", "title", "examples", "default"}

Schema = dict[str, Any]


def current() -> dict[str, Schema]:
    return {kind.type: {"topic": kind.topic.value, **bus_schema(kind)} for kind in EVENTS}


def recorded() -> dict[str, Schema]:
    found: dict[str, Schema] = json.loads(SNAPSHOT.read_text())
    return found


def broken_promises(before: dict[str, Schema], now: dict[str, Schema]) -> list[str]:
    """What readers of events that were published before could no longer rely on."""
    problems = [f"{name} is gone" for name in before.keys() - now.keys()]
    for name in before.keys() & now.keys():
        problems += _broken(name, before[name], now[name])
    return sorted(problems)


def _broken(path: str, before: Any, now: Any) -> list[str]:
    if not isinstance(before, dict) or not isinstance(now, dict):
        return [] if before == now else [f"{path} was {before!r} and is {now!r}"]
    problems = []
    for word in (before.keys() | now.keys()) - SAYS_NOTHING - GROWS:
        problems += _broken(f"{path}.{word}", before.get(word), now.get(word))
    if missing := set(before.get("enum", [])) - set(now.get("enum", [])):
        problems.append(f"{path} lost the values {sorted(missing)}")
    fields, still = before.get("properties", {}), now.get("properties", {})
    problems += [f"{path}.{field} is gone" for field in fields.keys() - still.keys()]
    for field in fields.keys() & still.keys():
        problems += _broken(f"{path}.{field}", fields[field], still[field])
    was, needed = set(before.get("required", [])), set(now.get("required", []))
    problems += [f"{path}.{field} was always there and is no more" for field in was - needed]
    problems += [f"{path}.{field} is needed now, which older events do not have" for field in needed - was]
    return problems


def additions(before: dict[str, Schema], now: dict[str, Schema]) -> list[str]:
    """Types and fields that the snapshot does not know yet."""
    found = sorted(now.keys() - before.keys())
    for name in sorted(before.keys() & now.keys()):
        found += [
            f"{name}.{field}" for field in now[name].get("properties", {}).keys() - before[name].get("properties", {}).keys()
        ]
    return found


def test_no_published_type_or_field_was_changed_or_removed() -> None:
    assert broken_promises(recorded(), current()) == [], "add another field or another type instead"


def test_every_type_and_field_is_in_the_snapshot() -> None:
    assert additions(recorded(), current()) == [], (
        "run `python -m tests.unit.shared.test_events_snapshot` and commit the snapshot"
    )


A_TYPE: Schema = {
    "type": "object",
    "required": ["a"],
    "properties": {
        "a": {"type": "string", "enum": ["x", "y"]},
        "b": {"type": "array", "items": {"type": "number", "maximum": 5}},
    },
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda one: one["properties"].pop("b"), "t.b is gone"),
        (lambda one: one["properties"]["a"].update(type="integer"), "t.a.type was 'string' and is 'integer'"),
        (lambda one: one["properties"]["a"].update(enum=["x"]), "t.a lost the values ['y']"),
        (lambda one: one["properties"]["b"]["items"].update(maximum=3), "t.b.items.maximum was 5 and is 3"),
        (lambda one: one["properties"]["a"].update(pattern="^x"), "t.a.pattern was None and is '^x'"),
        (lambda one: one.update(required=[]), "t.a was always there and is no more"),
        (lambda one: one.update(required=["a", "b"]), "t.b is needed now, which older events do not have"),
    ],
)
def test_what_breaks_a_promise_is_found(change: Any, problem: str) -> None:
    changed = json.loads(json.dumps(A_TYPE))
    change(changed)

    assert broken_promises({"t": A_TYPE}, {"t": changed}) == [problem]


def test_a_type_that_is_gone_is_found() -> None:
    assert broken_promises({"t": A_TYPE}, {}) == ["t is gone"]


def test_what_is_added_breaks_nothing() -> None:
    changed = json.loads(json.dumps(A_TYPE))
    changed["properties"]["c"] = {"type": "integer"}
    changed["properties"]["a"]["enum"].append("z")
    changed["description"] = "In other words."

    assert broken_promises({"t": A_TYPE}, {"t": changed, "u": A_TYPE}) == []
    assert additions({"t": A_TYPE}, {"t": changed, "u": A_TYPE}) == ["u", "t.c"]


def write() -> int:
    """Add what is new to the snapshot, unless a promise was broken."""
    before = recorded() if SNAPSHOT.exists() else {}
    if problems := broken_promises(before, current()):
        print("\n".join([*problems, "Nothing was written: add another field or another type instead."]), file=sys.stderr)
        return 1
    SNAPSHOT.write_text(json.dumps(current(), indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(write())
