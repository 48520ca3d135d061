"""The result of a replay: counts, and why lines could not be taken, by cause."""

import re
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any

CAUSES, LINES = 200, 10
"""How many causes of refused lines are counted separately, and how many line numbers are kept of each."""
OTHER = "for other causes"
REMEMBERED = 2000
"""How many candidates' last events are kept. A shard is counted in order, so waiting for its last events waits for all."""


_VALUE = re.compile(r"'[^']*'")
"""Values are quoted in the sentences; a cause is a sentence without them."""


@dataclass(slots=True)
class Cause:
    """Why lines did not become events, as the first of them said it; how many there are, and the first ones."""

    why: str
    count: int = 0
    lines: list[int] = field(default_factory=list)


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
    causes: dict[str, Cause] = field(default_factory=dict)
    last: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """The `after` of the last event of each candidate."""

    def refuse(self, line: int, why: str) -> None:
        """Count a line that cannot be taken."""
        self.invalid += 1
        key = _VALUE.sub("", why)
        if key not in self.causes and len(self.causes) >= CAUSES:
            key = why = OTHER
        cause = self.causes.setdefault(key, Cause(why))
        cause.count += 1
        if len(cause.lines) < LINES:
            cause.lines.append(line)

    @property
    def by_frequency(self) -> list[Cause]:
        """The causes, the most frequent first."""
        return sorted(self.causes.values(), key=lambda cause: -cause.count)

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
            "refusals": [{"why": one.why, "count": one.count, "lines": one.lines} for one in self.by_frequency],
        }


def _why(item: dict[str, Any]) -> str:
    problem = item.get("problem") or {}
    errors = [f"{one.get('field')} {one.get('rule')}" for one in problem.get("errors") or []]
    return "; ".join(errors[:3]) or str(problem.get("detail") or problem.get("title") or f"answered {item['status']}")
