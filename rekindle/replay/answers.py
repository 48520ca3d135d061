"""The result of a replay: counts, and each line that could not be taken, by number."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any

LISTED = 1000
"""Lines that could not be taken are all counted; this many are listed."""
REMEMBERED = 2000
"""Candidates whose last event is remembered. Events are counted in the order of their shard, so the last ones tell for all."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that did not become an event, and why."""

    line: int
    why: str


@dataclass(slots=True)
class Outcome:
    """The counts of a replay, so far or at its end."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    invalid: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    not_mapped: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    """Accepted events by type, duplicates among them."""
    refusals: list[Refusal] = field(default_factory=list)
    last: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """The `after` of the last event of each candidate."""

    def refuse(self, line: int, why: str) -> None:
        """Count a line that cannot be taken."""
        self.invalid += 1
        if len(self.refusals) < LISTED:
            self.refusals.append(Refusal(line, why))

    def take(self, line: int, event: dict[str, Any], item: dict[str, Any]) -> None:
        """Count what the API answered to one event."""
        if item["status"] not in {200, 201}:
            self.refuse(line, _why(item))
            return
        if item["status"] == 201:
            self.stored += 1
        else:
            self.duplicates += 1
        self.facts[event["type"]] += 1
        candidate = str(item["candidate_id"])
        self.last[candidate] = str(item["after"])
        self.last.move_to_end(candidate)
        if len(self.last) > REMEMBERED:
            self.last.popitem(last=False)

    def as_json(self) -> dict[str, Any]:
        """The counts for a program."""
        return {
            "rows": self.rows,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "invalid": self.invalid,
            "ignored": dict(self.ignored),
            "not_mapped": dict(self.not_mapped),
            "facts": dict(self.facts),
            "refusals": [{"line": one.line, "why": one.why} for one in sorted(self.refusals, key=lambda one: one.line)],
        }


def _why(item: dict[str, Any]) -> str:
    problem = item.get("problem") or {}
    errors = [f"{one.get('field')} {one.get('rule')}" for one in problem.get("errors") or []]
    return "; ".join(errors[:3]) or str(problem.get("detail") or problem.get("title") or f"answered {item['status']}")
