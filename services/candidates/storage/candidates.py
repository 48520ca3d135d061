"""Candidate streams: who may change them at the same time, and how they are made, locked, read and saved.

Whoever applies what leaves the map of streams to people as it is holds the lock on the map shared, and the rows of the people
concerned. Whoever changes the map holds it alone. The map's lock always comes first, then missing rows are made, then rows
are locked, each in id order: nobody waits for each other in a deadlock. All are released when the transaction ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from services.candidates.domain.learning import Learned, together
from services.candidates.domain.people import Beside, Stream
from services.candidates.domain.registers import read_heads, write_heads
from services.candidates.domain.vetting import Vetting, read_vetting, vetting_of
from services.candidates.storage import duplicates, pools, syncs
from services.candidates.storage.listing import records_page
from shared.db.asyncpg_connection import Driver, Write, as_rows, planned_once
from shared.db.locks import PEOPLE

SHARE_MAP = f"SELECT pg_advisory_xact_lock_shared({PEOPLE})"
"""Wait until nobody changes who is whose person, and keep it so."""
LOCK_MAP = f"SELECT pg_advisory_xact_lock({PEOPLE})"
"""Wait until all others are done, and keep them out."""

_LEARNED = ("last_contact_at", "last_response_at", "active_at", "open_at", "passive_at", "unavailable_at")

_COLUMNS = (
    "id, reference, person_id, is_record, heads, learned, record, record_version, version, snapshot, changed_at, erased_at,"
    " erasure_id, vetting"
)
_OF_PEOPLE = f"SELECT {_COLUMNS} FROM candidates WHERE person_id IN (SELECT person_id FROM candidates WHERE id = ANY($1::uuid[]))"  # noqa: S608 - constants


def _stream(row: Iterable[Any]) -> Stream:
    stream, reference, person, is_record, heads, learned, *rest = row
    rest[-1] = read_vetting(rest[-1])
    return Stream(stream, reference, person, is_record, read_heads(heads), read_learned(learned), *rest)


def read_learned(stored: Mapping[str, str]) -> Learned:
    """What was learned, from its JSON form."""
    return Learned(**{name: datetime.fromisoformat(stored[name]) for name in _LEARNED if name in stored})


def write_learned(learned: Learned) -> str:
    """What was learned, as JSON."""
    return orjson.dumps({name: at for name in _LEARNED if (at := getattr(learned, name)) is not None}).decode()


_INSERT_MISSING = """
    INSERT INTO candidates (id, reference, person_id, created_at)
    SELECT id, reference, id, $3 FROM unnest($1::uuid[], $2::text[]) AS missing (id, reference) ORDER BY id
    ON CONFLICT DO NOTHING RETURNING id
    """


async def insert_missing(connection: Driver, streams: Mapping[UUID, str | None], now: datetime) -> set[UUID]:
    """Make the rows that are missing, each a person of its own; returns which. Comes before any row is locked."""
    if not streams:
        return set()
    return {row[0] for row in await connection.fetch(_INSERT_MISSING, list(streams), list(streams.values()), now)}


async def find_person(connection: Driver, stream: UUID) -> list[Stream]:
    """All streams of the person to whom a stream belongs, in id order; none where the stream is unknown."""
    return await find_people(connection, [stream])


async def find_people(connection: Driver, streams: Collection[UUID]) -> list[Stream]:
    """The same of several streams."""
    return [_stream(row) for row in await connection.fetch(f"{_OF_PEOPLE} ORDER BY id", list(streams))]


async def known_among(connection: Driver, streams: Collection[UUID]) -> set[UUID]:
    """Those of these streams that there are, erased ones too."""
    return {row[0] for row in await connection.fetch("SELECT id FROM candidates WHERE id = ANY($1::uuid[])", list(streams))}


async def erased_among(connection: Driver, streams: Collection[UUID]) -> set[UUID]:
    """Those of these streams that were erased."""
    query = "SELECT id FROM candidates WHERE id = ANY($1::uuid[]) AND erased_at IS NOT NULL"
    return {row[0] for row in await connection.fetch(query, list(streams))}


async def lock_people(connection: Driver, streams: Collection[UUID]) -> dict[UUID, Stream]:
    """Lock all streams of the people to whom these belong, in id order, and return them. The caller holds the map's lock."""
    rows = await connection.fetch(f"{_OF_PEOPLE} ORDER BY id FOR UPDATE", list(streams))
    return {row[0]: _stream(row) for row in rows}


_LOCK_OR_MAKE = f"""
    WITH made AS ({_INSERT_MISSING}), locked AS (
        SELECT {_COLUMNS} FROM candidates
        WHERE person_id IN (SELECT person_id FROM candidates WHERE id = ANY($1::uuid[])) AND (SELECT count(*) FROM made) >= 0
        ORDER BY id FOR UPDATE
    )
    SELECT *, false FROM locked
    UNION ALL
    SELECT id, ($2::text[])[1], id, false, '{{}}', '{{}}', NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, true FROM made
    """  # noqa: S608 - constants


async def lock_or_make(connection: Driver, stream: UUID, reference: str, now: datetime) -> dict[UUID, Stream]:
    """Lock the person of one stream, whose row is made where it is missing: both of the above in one round trip."""
    query, values = planned_once(_LOCK_OR_MAKE, ([stream], [reference], now))
    rows = await connection.fetch(query, *values)
    if not rows:  # somebody else made it at the same moment, too late for this statement to see
        return await lock_people(connection, [stream])
    streams = {row[0]: _stream(row[:-1]) for row in rows}
    for row in rows:
        streams[row[0]].is_made = row[-1]
    return streams


_SAVED = (
    *(("id", "uuid"), ("reference", "text"), ("person_id", "uuid"), ("is_record", "boolean"), ("heads", "jsonb")),
    *(("learned", "jsonb"), ("record", "jsonb"), ("record_version", "bigint"), ("version", "bigint"), ("snapshot", "bytea")),
    *(("changed_at", "timestamptz"), ("erased_at", "timestamptz"), ("erasure_id", "uuid"), ("search", "jsonb")),
)


@lru_cache(maxsize=256)
def _saving(source: str) -> str:
    return f"""
        UPDATE candidates SET
            reference = new.reference, person_id = new.person_id, is_record = new.is_record, heads = new.heads,
            learned = new.learned, record = new.record, record_version = new.record_version, version = new.version,
            snapshot = new.snapshot, changed_at = new.changed_at, erased_at = new.erased_at, erasure_id = new.erasure_id,
            skills = ARRAY(SELECT jsonb_array_elements_text(search -> 'skills')),
            contact_keys = ARRAY(SELECT jsonb_array_elements_text(search -> 'contact_keys')),
            level = search ->> 'level', country = search ->> 'country', market_status = search ->> 'market_status',
            tier = search ->> 'tier', past = CASE WHEN new.record IS NOT NULL THEN past END,
            insights = CASE WHEN new.erased_at IS NULL THEN insights END,
            notes = CASE WHEN new.erased_at IS NULL THEN notes END,
            vetting = CASE WHEN new.erased_at IS NULL THEN vetting END,
            vetted_until = CASE WHEN new.erased_at IS NULL THEN vetted_until END,
            sync_number = CASE WHEN new.version = candidates.version THEN sync_number END
        FROM ({source}) AS new
        WHERE candidates.id = new.id
        """  # noqa: S608 - columns of values


def saving(streams: Iterable[Stream]) -> list[Write]:
    """Write those of the locked streams that have changed. Whose record is shown anew waits to be compared with others, and all
    that have changed wait to be compared with the rules of pools.
    """
    changed = [stream for stream in streams if stream.is_changed]
    if not changed:
        return []
    source, values = as_rows(
        _SAVED,
        (
            [one.id for one in changed],
            [one.reference for one in changed],
            [one.person_id for one in changed],
            [one.is_record for one in changed],
            [write_heads(one.heads).decode() for one in changed],
            [write_learned(one.learned) for one in changed],
            [None if one.record is None else orjson.dumps(one.record).decode() for one in changed],
            [one.record_version for one in changed],
            [one.version for one in changed],
            [one.snapshot for one in changed],
            [one.changed_at for one in changed],
            [one.erased_at for one in changed],
            [one.erasure_id for one in changed],
            [orjson.dumps(one.search).decode() for one in changed],
        ),
    )
    return [
        Write(_saving(source), values),
        *duplicates.waiting([one.id for one in changed if one.is_shown_anew]),
        *pools.waiting({one.id: one.search.get("market_status") for one in changed}),
    ]


OF_THE_PAST = ("title", "company")
"""The fields by whose former values people are found as well."""


def _said(table: str, which: str) -> str:
    """The texts of a person's remarks that count, a line each."""
    return f"""(
        SELECT string_agg(text, E'\\n' ORDER BY observed_at, id) FROM {table} AS remark
        WHERE candidate_id IN (SELECT id FROM candidates AS member WHERE member.person_id = candidates.id) AND {which}
            AND NOT EXISTS (
                SELECT FROM {table} AS later JOIN candidates AS member ON member.id = later.candidate_id
                WHERE member.person_id = candidates.id AND later.supersedes = remark.id))"""  # noqa: S608 - constants


_SAVE_PAST = f"""
    UPDATE candidates SET past = (
        WITH member AS (SELECT id FROM candidates AS member WHERE member.person_id = candidates.id), said AS (
            SELECT value #>> '{{}}' AS value FROM candidate_history
            WHERE field IN {OF_THE_PAST} AND value <> 'null' AND record_id IN (SELECT id FROM member)
            UNION
            SELECT part ->> said_of FROM candidate_files,
                LATERAL jsonb_array_elements((background -> 'positions') || (background -> 'schools')) AS part,
                LATERAL unnest(ARRAY['title', 'company', 'school', 'degree']) AS said_of
            WHERE candidate_id IN (SELECT id FROM member) AND is_kept AND background IS NOT NULL
        )
        SELECT string_agg(value, E'\\n' ORDER BY value) FROM said WHERE value <> ''),
        insights = {_said("candidate_insights", "true")}, notes = {_said("candidate_notes", "remark.visible_to IS NULL")}
    WHERE id = ANY($1::uuid[]) AND record IS NOT NULL
    """  # noqa: S608 - a constant


def saving_past(people: Collection[UUID]) -> list[Write]:
    """Let people be found by what histories and resumes hold of the past, by insights and notes; after all was written.

    They wait to be compared with the rules of pools, whose words find by the same.
    """
    return [Write(_SAVE_PAST, (list(people),)), *pools.waiting(dict.fromkeys(people))] if people else []


def saving_learned(streams: Iterable[Stream]) -> list[Write]:
    """Write what was learned of locked streams; nothing else of them changes."""
    rows = [(stream.id, write_learned(stream.learned)) for stream in streams]
    sql = (
        "UPDATE candidates SET learned = new.learned FROM unnest($1::uuid[], $2::jsonb[]) AS new (id, learned)"
        " WHERE candidates.id = new.id"
    )
    if not rows:
        return []
    columns = ([stream for stream, _ in rows], [learned for _, learned in rows])
    return [Write(sql, columns), *pools.waiting_contacted(columns[0])]


def removing(streams: Collection[UUID]) -> list[Write]:
    """Take back rows that this transaction has made for nothing."""
    return [Write("DELETE FROM candidates WHERE id = ANY($1::uuid[])", (list(streams),))] if streams else []


async def page(connection: Driver, conditions: Mapping[str, Any], *, after: UUID | None, limit: int) -> Sequence[Stream]:
    """People's records for which the conditions hold, in id order, after an id."""
    rows = await records_page(connection, "candidates", _COLUMNS, {**conditions, "id > $n": after}, limit=limit)
    return [_stream(row) for row in rows]


async def changed_since(connection: Driver, since: datetime, *, after: int, limit: int) -> list[tuple[int, Stream]]:
    """Streams that changed at or after a time, erased ones too, in the order of changes, with their places in it."""
    rows = await syncs.changed_since(connection, "candidates", _COLUMNS, since, after=after, limit=limit)
    return [(number, _stream(row)) for number, row in rows]


async def records_of(connection: Driver, streams: Collection[UUID]) -> dict[UUID, Stream]:
    """For each of these streams the one that holds its person's record, where there is one."""
    person = ", ".join(f"person.{column.strip()}" for column in _COLUMNS.split(","))
    rows = await connection.fetch(
        f"SELECT asked.id, {person} FROM candidates AS asked JOIN candidates AS person ON person.id = asked.person_id"  # noqa: S608 - constants
        " WHERE asked.id = ANY($1::uuid[]) AND person.record IS NOT NULL",
        list(streams),
    )
    return {row[0]: _stream(row[1:]) for row in rows}


async def beside_of(connection: Driver, people: Collection[UUID]) -> dict[UUID, Beside]:
    """What is shown of these people beside their records, by person."""
    found: dict[UUID, list[tuple[Learned, Vetting | None]]] = {person: [] for person in people}
    for person, learned, vetting in await connection.fetch(
        "SELECT person_id, learned, vetting FROM candidates WHERE person_id = ANY($1::uuid[])", list(people)
    ):
        found[person].append((read_learned(learned), read_vetting(vetting)))
    return {
        person: Beside(together(learned for learned, _ in of), vetting_of(vetting for _, vetting in of))
        for person, of in found.items()
    }
