"""A page of what was stated of a record's fields."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.registers import Heads, join
from services.candidates.storage.history import Entry, is_of, with_repetitions
from services.candidates.use_cases.views import Page, StatedValue


def history_page(entries: Sequence[Entry], heads: Mapping[UUID, Heads], limit: int) -> Page:
    """The first ``limit`` entries. ``heads``: what counts of each stream that they are of, which together are the record."""
    counting = join(*heads.values())
    shown = [with_repetitions(entry, heads[entry.record_id]) for entry in entries[:limit]]
    items = [
        StatedValue(
            entry.observation.field,
            entry.observation.value,
            entry.observation.source,
            entry.observation.observed_at,
            entry.confirmed_at,
            entry.received_at,
            is_of(entry, heads[entry.record_id] if entry.observation.field in CANDIDATE.lists else counting),
        )
        for entry in shown
    ]
    last = [shown[-1].observation.observed_at.isoformat(), shown[-1].id] if len(entries) > limit else None
    return Page(items, last)
