"""Pools: what they are, who is in them, and who waits to be compared with their rules.

Whoever changes who is in a pool holds the map's lock shared, and then ``POOLS`` alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.pools import Membership, Said
from services.candidates.storage.listing import all_of
from services.candidates.storage.pool_rules import Rule, read_rule, write_rule
from shared.db.asyncpg_connection import Driver, Write

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
MOST_COUNTED = 10_000

_COLUMNS = (
    "id, name, rule, is_alert, created_by, created_at, changed_at, version, is_deleted, filling_after, fills_anew, filled_at,"
    " vetted_only"
)
_ADD = """
    INSERT INTO pools (id, name, rule, is_alert, created_by, created_at, changed_at, filling_after, vetted_only)
    VALUES ($1, $2, $3::jsonb, $4, $5, $6, $6, $7, $8) ON CONFLICT (id) DO NOTHING
    """
_SAVE = """
    UPDATE pools SET name = $2, rule = $3::jsonb, is_alert = $4, changed_at = $5, version = version + 1, is_deleted = $6,
        filling_after = CASE WHEN $7 THEN $8::uuid ELSE filling_after END, fills_anew = fills_anew OR $7, vetted_only = $9
    WHERE id = $1
    """
_WAIT = """
    INSERT INTO pool_waiting (candidate_id, before, market_status)
    SELECT one.id, candidates.market_status, one.market_status
    FROM unnest($1::uuid[], $2::text[]) AS one (id, market_status) JOIN candidates ON candidates.id = one.id
    WHERE candidates.market_status <> one.market_status OR EXISTS (SELECT FROM pools)
    """
_WAIT_CONTACTED = """
    INSERT INTO pool_waiting (candidate_id) SELECT * FROM unnest($1::uuid[])
    WHERE EXISTS (SELECT FROM pools WHERE rule ? 'last_contact_before')
    """
_TAKE = """
    DELETE FROM pool_waiting WHERE id IN (SELECT id FROM pool_waiting ORDER BY id LIMIT $1)
    RETURNING id, candidate_id, before, market_status
    """
_SAID = """
    SELECT DISTINCT ON (pool_id, person_id) pool_id, person_id, is_in, said_by
    FROM pool_hands JOIN candidates ON candidates.id = candidate_id
    WHERE pool_id = ANY($1::uuid[]) AND person_id = ANY($2::uuid[])
    ORDER BY pool_id, person_id, said_at DESC, candidate_id
    """
_HELD = """
    SELECT pool_id, person_id, by_rule, by_hand FROM pool_members WHERE pool_id = ANY($1::uuid[]) AND person_id = ANY($2::uuid[])
    """
_HELD_OR_PUT_IN = """
    SELECT person_id FROM pool_members WHERE pool_id = $1 AND person_id > $2
    UNION SELECT person_id FROM pool_hands JOIN candidates ON candidates.id = candidate_id
    WHERE pool_id = $1 AND is_in AND person_id > $2 ORDER BY person_id LIMIT $3
    """
_PUT = """
    INSERT INTO pool_members (pool_id, person_id, by_rule, by_hand, since)
    SELECT *, $5::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::boolean[])
    ON CONFLICT (pool_id, person_id) DO UPDATE SET by_rule = excluded.by_rule, by_hand = excluded.by_hand
    """
_DROP = """
    DELETE FROM pool_members USING unnest($1::uuid[], $2::uuid[]) AS gone (pool_id, person_id)
    WHERE (pool_members.pool_id, pool_members.person_id) = (gone.pool_id, gone.person_id)
    """
_SAY = """
    INSERT INTO pool_hands (pool_id, candidate_id, is_in, reason, said_by, said_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (pool_id, candidate_id) DO UPDATE
        SET is_in = excluded.is_in, reason = excluded.reason, said_by = excluded.said_by, said_at = excluded.said_at
    """
_MEMBERS = """
    SELECT held.person_id, ARRAY(SELECT jsonb_array_elements_text(person.record -> 'references')), person.record ->> 'name',
        held.by_rule, held.by_hand, held.since, said.reason, said.said_by
    FROM pool_members AS held JOIN candidates AS person ON person.id = held.person_id
    LEFT JOIN LATERAL (
        SELECT hand.reason, hand.said_by FROM pool_hands AS hand JOIN candidates AS member ON member.id = hand.candidate_id
        WHERE member.person_id = held.person_id AND hand.pool_id = $1 ORDER BY hand.said_at DESC, hand.candidate_id LIMIT 1
    ) AS said ON held.by_hand
    WHERE held.pool_id = $1 AND person.record IS NOT NULL
        AND ($2::timestamptz IS NULL OR held.since < $2 OR (held.since = $2 AND held.person_id > $3::uuid))
        AND ($4::timestamptz IS NULL OR held.since >= $4) AND ($6::uuid IS NULL OR held.person_id = $6)
    ORDER BY held.since DESC, held.person_id LIMIT $5
    """
_COUNT = f"SELECT count(*) FROM (SELECT FROM pool_members WHERE pool_id = $1 LIMIT {MOST_COUNTED}) AS some_of_them"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool. ``filling_after``: up to whom everybody was compared with its rule, None once all were."""

    id: UUID
    name: str
    rule: Rule | None
    is_alert: bool
    created_by: str
    created_at: datetime
    changed_at: datetime
    version: int = 1
    is_deleted: bool = False
    filling_after: UUID | None = None
    fills_anew: bool = True
    """Whether its rule is new, so that who enters is no news."""
    filled_at: datetime | None = None
    vetted_only: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stream to be compared with the rules, and from what to what the market status turned, where it did."""

    stream: UUID
    before: str | None
    market_status: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the list shows it; ``reason`` and ``by`` are those of who is in by hand."""

    person: UUID
    references: Sequence[str]
    name: str | None
    membership: Membership
    since: datetime
    reason: str | None
    by: str | None


Pair = tuple[UUID, UUID]
"""A pool and a person."""


async def add(connection: Driver, pool: Pool) -> None:
    """Store a pool, unless one of that id is stored."""
    stored = (pool.name, write_rule(pool.rule), pool.is_alert, pool.created_by, pool.created_at)
    await connection.execute(_ADD, pool.id, *stored, pool.filling_after, pool.vetted_only)


async def save(connection: Driver, pool: Pool, *, fills_anew: bool) -> None:
    """Store a pool as its next version; ``fills_anew``: everybody is to be compared with its rule."""
    stored = (pool.name, write_rule(pool.rule), pool.is_alert, pool.changed_at, pool.is_deleted)
    await connection.execute(_SAVE, pool.id, *stored, fills_anew, FIRST, pool.vetted_only)


async def find(connection: Driver, pool: UUID) -> Pool | None:
    """The pool of an id, unless it is deleted."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM pools WHERE id = $1 AND NOT is_deleted", pool)  # noqa: S608 - constants
    return next(map(_pool, rows), None)


async def page(connection: Driver, *, after: UUID | None, limit: int) -> list[Pool]:
    """Pools in the order of their ids, after one."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM pools WHERE NOT is_deleted AND id > $1 ORDER BY id LIMIT $2",  # noqa: S608 - constants
        after or FIRST,
        limit,
    )
    return list(map(_pool, rows))


async def every(connection: Driver) -> list[Pool]:
    """All pools, those that are being deleted too."""
    return list(map(_pool, await connection.fetch(f"SELECT {_COLUMNS} FROM pools ORDER BY id")))  # noqa: S608 - constants


async def count(connection: Driver, pool: UUID) -> int:
    """How many members it has, counted up to MOST_COUNTED."""
    return int(await connection.fetchval(_COUNT, pool))


async def members(
    connection: Driver, pool: UUID, *, since: datetime | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Member]:
    """Members, who entered last first, after a place; with ``since`` those who entered at that time or later."""
    entered_at, person = after if after is not None else (None, None)
    return list(map(_member, await connection.fetch(_MEMBERS, pool, entered_at, person, since, limit, None)))


async def member(connection: Driver, pool: UUID, person: UUID) -> Member | None:
    """A person as a member; None for who is not."""
    return next(map(_member, await connection.fetch(_MEMBERS, pool, None, None, None, 1, person)), None)


def waiting(streams: Mapping[UUID, str | None]) -> list[Write]:
    """Let streams wait, with their new market statuses, where there are pools; whose status turns waits in any case.

    Together with the change itself: the statement still sees the status before it.
    """
    return [Write(_WAIT, (list(streams), list(streams.values())))] if streams else []


def waiting_contacted(streams: Sequence[UUID]) -> list[Write]:
    """Let streams of whose contacts something was learned wait, where a rule asks for that."""
    return [Write(_WAIT_CONTACTED, (list(streams),))] if streams else []


async def take(connection: Driver, limit: int) -> list[Waiting]:
    """The next who wait, in order; they wait no more."""
    return [Waiting(*row[1:]) for row in sorted(await connection.fetch(_TAKE, limit), key=lambda row: row[0])]


async def has_work(connection: Driver) -> bool:
    """Whether somebody waits or a pool is being filled."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pool_waiting) OR EXISTS (SELECT FROM pools WHERE filling_after IS NOT NULL)"
        )
    )


async def people_of(connection: Driver, streams: Collection[UUID]) -> dict[UUID, UUID | None]:
    """These streams and those who stand for their people, each with who stands for it; None where there is no record."""
    rows = await connection.fetch(
        "SELECT id, person_id, record IS NOT NULL FROM candidates WHERE id = ANY($1::uuid[]) OR id IN ("
        "SELECT person_id FROM candidates AS asked WHERE asked.id = ANY($1::uuid[]))",
        list(streams),
    )
    return {stream: person if person != stream or has_record else None for stream, person, has_record in rows}


async def matching(connection: Driver, pool: Pool, people: Collection[UUID]) -> set[UUID]:
    """Those of the people who meet its rule."""
    if pool.rule is None or pool.is_deleted:
        return set()
    where, values = all_of(pool.rule.conditions(), behind=1)
    rows = await connection.fetch(
        f"SELECT id FROM candidates WHERE id = ANY($1::uuid[]) AND record IS NOT NULL{where}",  # noqa: S608 - constants
        list(people),
        *values,
    )
    return {row[0] for row in rows}


async def next_to_fill(connection: Driver, pool: Pool, limit: int) -> tuple[set[UUID], UUID]:
    """The next who meet its rule, are members or were put in by hand, in the order of ids behind ``filling_after``, and up to
    whom that is.
    """
    rows: list[Any] = []
    if pool.rule is not None and not pool.is_deleted:
        where, values = all_of(pool.rule.conditions(), behind=2)
        rows = await connection.fetch(
            f"SELECT id FROM candidates WHERE record IS NOT NULL AND id > $1{where} ORDER BY id LIMIT $2",  # noqa: S608 - constants
            pool.filling_after,
            limit,
            *values,
        )
    held = await connection.fetch(_HELD_OR_PUT_IN, pool.id, pool.filling_after, limit)
    last = min((found[-1][0] for found in (rows, held) if len(found) == limit), default=LAST)
    return {row[0] for row in (*rows, *held) if row[0] <= last}, last


async def filled(connection: Driver, pool: Pool, last: UUID, *, now: datetime) -> None:
    """Everybody up to ``last`` was compared with its rule; a deleted pool is gone once all were."""
    if last != LAST:
        await connection.execute("UPDATE pools SET filling_after = $2 WHERE id = $1", pool.id, last)
    elif pool.is_deleted:
        await connection.execute("DELETE FROM pool_hands WHERE pool_id = $1", pool.id)
        await connection.execute("DELETE FROM pools WHERE id = $1", pool.id)
    else:
        done = "UPDATE pools SET filling_after = NULL, fills_anew = false, filled_at = $2 WHERE id = $1"
        await connection.execute(done, pool.id, now)


async def vetted(connection: Driver, people: Collection[UUID]) -> set[UUID]:
    """Those of the people who are vetted now."""
    query = "SELECT person_id FROM candidates WHERE person_id = ANY($1::uuid[]) AND vetted_until IS NOT NULL"
    return {row[0] for row in await connection.fetch(query, list(people))}


async def said(connection: Driver, pools: Collection[UUID], people: Collection[UUID]) -> dict[Pair, Said]:
    """What was said by hand last of each of the people."""
    rows = await connection.fetch(_SAID, list(pools), list(people))
    return {(pool, person): Said(is_in, by) for pool, person, is_in, by in rows}


async def held(connection: Driver, pools: Collection[UUID], people: Collection[UUID]) -> dict[Pair, Membership]:
    """How these people are members."""
    rows = await connection.fetch(_HELD, list(pools), list(people))
    return {(pool, person): Membership(by_rule, by_hand) for pool, person, by_rule, by_hand in rows}


def putting(found: Mapping[Pair, Membership], *, now: datetime) -> list[Write]:
    """Store how people are members; who was one before stays one since then."""
    columns = (
        [pool for pool, _ in found],
        [person for _, person in found],
        [one.by_rule for one in found.values()],
        [one.by_hand for one in found.values()],
    )
    return [Write(_PUT, (*columns, now))] if found else []


def dropping(gone: Collection[Pair]) -> list[Write]:
    """Store that people are members no more."""
    return [Write(_DROP, ([pool for pool, _ in gone], [person for _, person in gone]))] if gone else []


async def say(connection: Driver, pool: UUID, stream: UUID, said: Said, reason: str, now: datetime) -> None:
    """Store what is said by hand of a stream."""
    await connection.execute(_SAY, pool, stream, said.is_in, reason, said.by, now)


async def take_back(connection: Driver, pool: UUID, streams: Collection[UUID]) -> bool:
    """Forget what was said by hand of these streams; whether anything was."""
    gone = "DELETE FROM pool_hands WHERE pool_id = $1 AND candidate_id = ANY($2::uuid[]) RETURNING 1"
    return bool(await connection.fetch(gone, pool, list(streams)))


def forgetting(streams: Collection[UUID]) -> list[Write]:
    """Delete what is held of these streams."""
    ids = (list(streams),)
    return [
        Write("DELETE FROM pool_members WHERE person_id = ANY($1::uuid[])", ids),
        Write("DELETE FROM pool_hands WHERE candidate_id = ANY($1::uuid[])", ids),
        Write("DELETE FROM pool_waiting WHERE candidate_id = ANY($1::uuid[])", ids),
    ]


def _member(row: Sequence[Any]) -> Member:
    person, references, name, by_rule, by_hand, since, reason, by = row
    return Member(person, references, name, Membership(by_rule, by_hand), since, reason, by)


def _pool(row: Sequence[Any]) -> Pool:
    pool, name, rule, *rest = row
    return Pool(pool, name, read_rule(rule), *rest)
