"""Candidate streams: creating, locking and saving them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.content import email_keys, skill_keys
from services.candidates.domain.learning import Learned
from services.candidates.domain.registers import Observation, read_heads, write_heads
from services.candidates.storage.tables import candidates

_LEARNED = ("last_contact_at", "last_response_at", "active_at", "open_at", "passive_at", "unavailable_at")


@dataclass(slots=True)
class Stream:
    """A row of candidates: a stream, and the person's record where it stands for the person."""

    id: UUID
    reference: str | None
    person_id: UUID
    is_record: bool
    heads: dict[str, Observation]
    learned: Learned
    record: dict[str, Any] | None
    record_version: int
    version: int
    snapshot: bytes | None
    changed_at: datetime | None
    created_at: datetime
    erased_at: datetime | None
    erasure_id: UUID | None
    search: dict[str, Any] = field(default_factory=dict)
    """The columns to find by, where they are to be written."""


_COLUMNS = (
    *(candidates.c.id, candidates.c.reference, candidates.c.person_id, candidates.c.is_record, candidates.c.heads),
    *(candidates.c.learned, candidates.c.record, candidates.c.record_version, candidates.c.version, candidates.c.snapshot),
    *(candidates.c.changed_at, candidates.c.created_at, candidates.c.erased_at, candidates.c.erasure_id),
)


_NAMES = tuple(column.name for column in _COLUMNS)


def _stream(row: Iterable[Any]) -> Stream:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    values["heads"] = read_heads(values["heads"])
    values["learned"] = read_learned(values["learned"])
    return Stream(**values)


def read_learned(stored: Mapping[str, str]) -> Learned:
    """What was learned, from its JSON form."""
    return Learned(**{name: datetime.fromisoformat(stored[name]) for name in _LEARNED if name in stored})


def write_learned(learned: Learned) -> dict[str, str]:
    """What was learned, as JSON values."""
    return {name: at.isoformat() for name in _LEARNED if (at := getattr(learned, name)) is not None}


async def insert_missing(session: AsyncSession, streams: Mapping[UUID, str | None], now: datetime) -> None:
    """Make the rows that are missing, each a person of its own. Comes before any lock, so that nobody waits in a circle."""
    if not streams:
        return
    rows = [{"id": stream, "reference": streams[stream], "person_id": stream, "created_at": now} for stream in sorted(streams)]
    await session.execute(insert(candidates).on_conflict_do_nothing(), rows)


async def find_person(session: AsyncSession, stream: UUID) -> list[Stream]:
    """All streams of the person to whom a stream belongs, unlocked, in id order; none where the stream is unknown."""
    person = select(candidates.c.person_id).where(candidates.c.id == stream).scalar_subquery()
    rows = await session.execute(select(*_COLUMNS).where(candidates.c.person_id == person).order_by(candidates.c.id))
    return [_stream(row) for row in rows]


async def learned_of(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, list[Learned]]:
    """What the streams of these people taught, by person."""
    found: dict[UUID, list[Learned]] = {person: [] for person in people}
    query = select(candidates.c.person_id, candidates.c.learned).where(candidates.c.person_id.in_(sorted(people)))
    for row in await session.execute(query):
        found[row.person_id].append(read_learned(row.learned))
    return found


async def lock_people(session: AsyncSession, streams: Collection[UUID]) -> dict[UUID, Stream]:
    """Lock all streams of the people to whom these belong, in id order, and return them.

    Who is linked to whom may change until the locks are held. Then they are given back, by rolling back to a savepoint,
    and taken again, for taking further ones out of order could end in a deadlock.
    """
    wanted = await _streams_of_people(session, streams)
    while True:
        savepoint = await session.begin_nested()
        rows = await session.execute(
            select(*_COLUMNS).where(candidates.c.id.in_(wanted)).order_by(candidates.c.id).with_for_update()
        )
        locked = {stream.id: stream for stream in map(_stream, rows)}
        people = await _streams_of_people(session, streams)
        if people <= locked.keys():
            await savepoint.commit()
            # Who was linked to them when the locks were asked for may be another person by now: not ours to change.
            return {stream: locked[stream] for stream in sorted(people)}
        await savepoint.rollback()
        wanted = people


async def _streams_of_people(session: AsyncSession, streams: Collection[UUID]) -> set[UUID]:
    people = select(candidates.c.person_id).where(candidates.c.id.in_(sorted(streams)))
    return set(await session.scalars(select(candidates.c.id).where(candidates.c.person_id.in_(people))))


def searchable(values: Mapping[str, Any], market_status: str | None) -> dict[str, Any]:
    """The columns that a person is found by."""
    return {
        "skills": skill_keys(values.get("skills", [])),
        "emails": email_keys(values.get("emails", [])),
        "level": values.get("level"),
        "country": values.get("location.country"),
        "market_status": market_status,
        "tier": values.get("tier"),
    }


NOT_SEARCHABLE: Mapping[str, Any] = searchable({}, None)

_SAVED = (
    *("reference", "person_id", "is_record", "record", "record_version", "version", "snapshot", "changed_at"),
    *("erased_at", "erasure_id"),
)
_SAVE = (
    update(candidates)
    .where(candidates.c.id == bindparam("of_id"))
    .values(
        {name: bindparam(f"new_{name}") for name in (*_SAVED, "heads", "learned", *NOT_SEARCHABLE)}
        | {"record": func.nullif(bindparam("new_record", type_=candidates.c.record.type), text("'null'::jsonb"))}
    )
)


async def save(session: AsyncSession, streams: Iterable[Stream]) -> None:
    """Write streams that the caller has locked."""
    rows = [
        {
            "of_id": stream.id,
            **{f"new_{name}": getattr(stream, name) for name in _SAVED},
            "new_heads": write_heads(stream.heads),
            "new_learned": write_learned(stream.learned),
            **{f"new_{name}": value for name, value in {**NOT_SEARCHABLE, **stream.search}.items()},
        }
        for stream in streams
    ]
    if rows:
        connection = await session.connection()
        await connection.execute(_SAVE, rows)


async def save_learned(session: AsyncSession, streams: Iterable[Stream]) -> None:
    """Write what was learned of streams that the caller has locked, and nothing else."""
    rows = [{"of_id": stream.id, "new_learned": write_learned(stream.learned)} for stream in streams]
    if rows:
        connection = await session.connection()
        learned = bindparam("new_learned", type_=candidates.c.learned.type)
        await connection.execute(update(candidates).where(candidates.c.id == bindparam("of_id")).values(learned=learned), rows)


async def search(
    session: AsyncSession,
    *,
    skill: str | None,
    email: str | None,
    equal: Mapping[str, str | None],
    after: UUID | None,
    limit: int,
) -> Sequence[Stream]:
    """People's records, in id order, after an id. ``equal``: columns that must have a value."""
    query = select(*_COLUMNS).where(candidates.c.record.is_not(None)).order_by(candidates.c.id).limit(limit)
    if skill is not None:
        query = query.where(candidates.c.skills.contains(skill_keys([skill])))
    if email is not None:
        query = query.where(candidates.c.emails.contains(email_keys([email])))
    for name, value in equal.items():
        if value is not None:
            query = query.where(candidates.c[name] == value)
    if after is not None:
        query = query.where(candidates.c.id > after)
    return [_stream(row) for row in await session.execute(query)]


async def sharing_emails(session: AsyncSession, emails: list[str], *, but: UUID, limit: int) -> Sequence[Stream]:
    """Other people whose records hold one of these addresses, in id order."""
    query = (
        select(*_COLUMNS)
        .where(candidates.c.record.is_not(None), candidates.c.emails.overlap(email_keys(emails)), candidates.c.id != but)
        .order_by(candidates.c.id)
        .limit(limit)
    )
    return [_stream(row) for row in await session.execute(query)] if emails else []
