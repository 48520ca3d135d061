"""Everything that was ever stated of a record's fields, by source.

An entry is stored when something is stated anew. That its source repeats it since, without a break, is known of the head alone
(``domain/registers.py``) and written to the entry when another head takes its place. What a source has cleared for good until
some time is not stored when it comes late.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import orjson

from services.candidates.domain.registers import Heads, Observation, Observed, canonical
from shared.db.asyncpg_connection import Driver, Write, as_rows

Thing = Literal["candidate", "position"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An observation as it was stored. ``confirmed_at``: until when the same source stated the same without a break."""

    id: int
    record_id: UUID
    observation: Observation
    confirmed_at: datetime
    received_at: datetime


_NOT_FORGOTTEN = """
    new.value = 'null' OR NOT EXISTS (
        SELECT FROM candidate_forgotten AS forgotten
        WHERE (forgotten.record_id, forgotten.field, forgotten.source) = (new.record_id, new.field, new.source)
            AND forgotten.until >= new.observed_at)
    """
_COLUMNS = (
    *(("record_id", "uuid"), ("field", "text"), ("value", "jsonb"), ("digest", "bytea"), ("source", "text")),
    *(("observed_at", "timestamptz"), ("confirmed_at", "timestamptz"), ("received_at", "timestamptz"), ("stated_by", "text")),
)
_UNTIL = "unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS new (record_id, field, source, until)"
_FORGET = f"""
    DELETE FROM candidate_history AS entry USING {_UNTIL}
    WHERE (entry.record_id, entry.field, entry.source) = (new.record_id, new.field, new.source)
        AND entry.observed_at <= new.until AND entry.value <> 'null'
    """  # noqa: S608 - a constant
_REMEMBER_FORGOTTEN = f"""
    INSERT INTO candidate_forgotten AS known (record_id, field, source, until) SELECT * FROM {_UNTIL}
    ON CONFLICT (record_id, field, source) DO UPDATE SET until = greatest(known.until, excluded.until)
    """  # noqa: S608 - a constant


@dataclass(slots=True)
class Additions:
    """What one transaction adds to histories, collected over all its observations."""

    stated_by: str
    received_at: datetime
    _entries: dict[tuple[UUID, str, str, datetime, bytes], Observation]
    _ended: list[tuple[UUID, Observation]]
    _forgotten: dict[tuple[UUID, str, str], datetime]

    @classmethod
    def by(cls, stated_by: str, received_at: datetime) -> "Additions":
        """Nothing so far, by a token's holder."""
        return cls(stated_by, received_at, {}, [], {})

    def add(self, record: UUID, observed: Observed) -> None:
        """Take what follows from observations of a record."""
        for one in observed.added:
            self._entries.setdefault(_key(record, one), one)
            if one.forgets:
                self._forgotten[record, one.field, one.source] = one.observed_at
        for head in observed.replaced:
            key = _key(record, head)
            forgotten_until = self._forgotten.get((record, head.field, head.source))
            if forgotten_until is not None and head.stated_at <= forgotten_until:
                continue
            if key in self._entries:
                self._entries[key] = head
            else:
                self._ended.append((record, head))

    def writes(self, thing: Thing) -> list[Write]:
        """Store the entries, and until when replaced ones were repeated; an entry that is known is not stored again."""
        return [*self._adding(thing), *self._ending(thing), *self._forgetting()]

    def _adding(self, thing: Thing) -> list[Write]:
        if not self._entries:
            return []
        keys, entries = self._entries.keys(), self._entries.values()
        source, values = as_rows(
            _COLUMNS,
            (
                [record for record, *_ in keys],
                [field for _, field, *_ in keys],
                [orjson.dumps(one.value).decode() for one in entries],
                [digest for *_, digest in keys],
                [one.source for one in entries],
                [one.stated_at for one in entries],
                [one.observed_at for one in entries],
                [self.received_at] * len(keys),
                [self.stated_by] * len(keys),
            ),
        )
        return [Write(_adding(thing, source), values, only_inserts=True)]

    def _forgetting(self) -> list[Write]:
        """Delete what sources observed of fields until they cleared them for good, and remember until when."""
        if not self._forgotten:
            return []
        keys = self._forgotten.keys()
        values = ([key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys], list(self._forgotten.values()))
        return [Write(_FORGET, values), Write(_REMEMBER_FORGOTTEN, values)]

    def _ending(self, thing: Thing) -> list[Write]:
        if not self._ended:
            return []
        sql = f"""
            UPDATE {thing}_history AS entry SET confirmed_at = greatest(entry.confirmed_at, ended.confirmed_at)
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[], $6::timestamptz[])
                AS ended (record_id, field, source, observed_at, digest, confirmed_at)
            WHERE (entry.record_id, entry.field, entry.source, entry.observed_at, entry.digest)
                = (ended.record_id, ended.field, ended.source, ended.observed_at, ended.digest)
            """  # noqa: S608 - a constant
        return [
            Write(
                sql,
                (
                    [record for record, _ in self._ended],
                    [head.field for _, head in self._ended],
                    [head.source for _, head in self._ended],
                    [head.stated_at for _, head in self._ended],
                    [_digest(head) for _, head in self._ended],
                    [head.observed_at for _, head in self._ended],
                ),
            )
        ]


@lru_cache(maxsize=256)
def _adding(thing: Thing, source: str) -> str:
    return f"""
        INSERT INTO {thing}_history ({", ".join(name for name, _ in _COLUMNS)})
        SELECT * FROM ({source}) AS new WHERE {_NOT_FORGOTTEN if thing == "candidate" else "true"}
        ON CONFLICT DO NOTHING
        """  # noqa: S608 - constants, and columns of values


def _key(record: UUID, one: Observation) -> tuple[UUID, str, str, datetime, bytes]:
    return record, one.field, one.source, one.stated_at, _digest(one)


def _digest(observation: Observation) -> bytes:
    return hashlib.sha256(canonical(observation.value)).digest()[:16]


async def observations(connection: Driver, thing: Thing, record: UUID, fields: Collection[str]) -> list[Observation]:
    """All observations of some fields of a record."""
    rows = await connection.fetch(
        f"SELECT field, value, source, observed_at FROM {thing}_history WHERE record_id = $1 AND field = ANY($2::text[])",  # noqa: S608 - a constant
        record,
        list(fields),
    )
    return [Observation(*row) for row in rows]


async def page(
    connection: Driver,
    thing: Thing,
    records: Collection[UUID],
    *,
    field: str | None,
    hidden: Collection[str],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[Entry]:
    """Entries of some records, the latest observed first, after a place; ``hidden`` fields are left out.

    ``field`` names a field, or an object with all its members.
    """
    values: list[Any] = [list(records), list(hidden), limit]
    conditions = ["record_id = ANY($1::uuid[])", "NOT split_part(field, '.', 1) = ANY($2::text[])"]
    if field is not None:
        values.append(field)
        conditions.append(f"(field = ${len(values)} OR starts_with(field, ${len(values)} || '.'))")
    if after is not None:
        values += after
        conditions.append(f"(observed_at, id) < (${len(values) - 1}, ${len(values)})")
    rows = await connection.fetch(
        f"SELECT id, record_id, field, value, source, observed_at, confirmed_at, received_at FROM {thing}_history"  # noqa: S608 - constants
        f" WHERE {' AND '.join(conditions)} ORDER BY observed_at DESC, id DESC LIMIT $3",
        *values,
    )
    return [Entry(row[0], row[1], Observation(*row[2:6]), *row[6:]) for row in rows]


def is_of(entry: Entry, heads: Heads) -> bool:
    """Whether the entry is where one of these heads was stated."""
    head = heads.get(entry.observation.field)
    return head is not None and _key(entry.record_id, head) == _key(entry.record_id, entry.observation)


def with_repetitions(entry: Entry, heads: Heads) -> Entry:
    """The entry with until when it was repeated, where it is one of its record's heads."""
    if not is_of(entry, heads):
        return entry
    return replace(entry, confirmed_at=max(entry.confirmed_at, heads[entry.observation.field].observed_at))


def forgetting(records: Collection[UUID]) -> list[Write]:
    """Delete everything that was stated of these candidates."""
    tables = ("candidate_history", "candidate_forgotten")
    return [Write(f"DELETE FROM {table} WHERE record_id = ANY($1::uuid[])", (list(records),)) for table in tables]  # noqa: S608 - constants
