"""A log from its first row to its last: rows become events, events become batches, answers become counts."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import orjson

from rekindle.replay.answers import Outcome
from rekindle.replay.mapping import BadValue, LogMapping, NoFact
from rekindle.replay.rows import BadRow, Log, UnreadableLog

LONGEST_BATCH = 1000
BATCH_BYTES = 4 * 1024 * 1024
"""Half of what the API takes in one body by default."""


class Takes(Protocol):
    """Takes batches of events: posts them, or says what would be refused."""

    def post(self, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """An item for each event, in order, as POST /v1/events answers it."""


def replay(
    log: Log,
    mapping: LogMapping,
    poster: Takes,
    *,
    batch: int = LONGEST_BATCH,
    progress: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:
    """Post the whole log. Raises UnreadableLog when it lacks a column of the mapping, and NotTaken.

    Every row is counted as stored, duplicate, ignored, not mapped or invalid. A batch is whole or not at all, and what was
    posted once is a duplicate the next time: a replay that broke off is simply begun again.
    """
    if lacking := sorted(mapping.columns - set(log.columns)):
        raise UnreadableLog(
            f"the log has no column {', '.join(lacking)}, which the mapping names; it has {', '.join(log.columns)}"
        )
    outcome = Outcome()
    waiting: list[tuple[int, dict[str, Any]]] = []
    held = 0
    for row in log:
        outcome.rows += 1
        event = _event(row, mapping, outcome)
        if event is None:
            continue
        size = len(orjson.dumps(event)) + 1
        if waiting and (len(waiting) >= batch or held + size > BATCH_BYTES):
            _post(waiting, poster, outcome)
            progress(outcome)
            waiting, held = [], 0
        waiting.append((row.line, event))
        held += size
    if waiting:
        _post(waiting, poster, outcome)
    progress(outcome)
    return outcome


def _event(row: Any, mapping: LogMapping, outcome: Outcome) -> dict[str, Any] | None:
    if isinstance(row, BadRow):
        outcome.refuse(row.line, row.why)
        return None
    try:
        read = mapping.read(row)
    except BadValue as problem:
        outcome.refuse(row.line, str(problem))
        return None
    if isinstance(read, NoFact):
        (outcome.ignored if read.expected else outcome.not_mapped)[read.activity] += 1
        return None
    return read


def _post(waiting: list[tuple[int, dict[str, Any]]], poster: Takes, outcome: Outcome) -> None:
    items = poster.post([event for _, event in waiting])
    for (line, event), item in zip(waiting, items, strict=True):
        outcome.take(line, event, item)
