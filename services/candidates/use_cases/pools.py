"""Make, change and read pools, and say by hand who is in one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import (
    CandidateErased,
    CandidateUnknown,
    NotVetted,
    PoolUnknown,
    VersionMissing,
    VersionStale,
)
from services.candidates.domain.people import Stream
from services.candidates.domain.pools import Said
from services.candidates.domain.versions import Condition, entity_tag
from services.candidates.storage import candidates, pool_events, pools, search
from services.candidates.storage.pools import FIRST, Member, Pool
from services.candidates.use_cases.follow_pools import OPENING, changes_of_members
from services.candidates.use_cases.views import Page
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.naming import Name


def tag_of(pool: Pool) -> str:
    """The entity tag of a pool."""
    return entity_tag(pool.id, pool.version)


async def make_pool(sessions: Sessions, pool: Pool) -> Pool:
    """Store a pool; one that is stored under its id already is answered as it is. Raises Invalid. Its rule is followed soon."""
    async with sessions.begin_raw() as transaction:
        connection = transaction.connection
        await _demand_sense(connection, pool)
        is_filled = pool.rule is not None or pool.vetted_only
        await pools.add(connection, replace(pool, filling_after=FIRST) if is_filled else pool)
        found = await _find(connection, pool.id)
    sessions.notify()
    return found


async def change_pool(sessions: Sessions, pool: UUID, change: Callable[[Pool], Pool], *, condition: Condition) -> Pool:
    """Change a pool. Raises PoolUnknown, VersionMissing, VersionStale, Invalid."""
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        before = await _find(connection, pool)
        if condition.if_match is None:
            raise VersionMissing("A change must carry If-Match with the ETag that was read.")
        if not condition.allows_change(tag_of(before)):
            raise VersionStale(f"The pool is at version {tag_of(before)}; read it again.")
        after = change(before)
        await _demand_sense(connection, after)
        await pools.save(connection, after, fills_anew=(after.rule, after.vetted_only) != (before.rule, before.vetted_only))
        found = await _find(connection, pool)
    sessions.notify()
    return found


async def delete_pool(sessions: Sessions, pool: UUID, *, now: datetime) -> None:
    """Delete a pool; its members leave it soon. Raises PoolUnknown."""
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        gone = replace(await _find(connection, pool), is_deleted=True, changed_at=now)
        await pools.save(connection, gone, fills_anew=True)
    sessions.notify()


async def read_pool(sessions: Sessions, pool: UUID) -> tuple[Pool, int]:
    """A pool, and how many members it has. Raises PoolUnknown."""
    async with sessions.alone() as connection:
        return await _find(connection, pool), await pools.count(connection, pool)


async def list_pools(sessions: Sessions, *, after: UUID | None, limit: int) -> Page:
    """Pools, with how many members each has."""
    async with sessions.alone() as connection:
        found = await pools.page(connection, after=after, limit=limit + 1)
        items = [(one, await pools.count(connection, one.id)) for one in found[:limit]]
    return Page(items, [str(found[limit - 1].id)] if len(found) > limit else None)


async def list_members(
    sessions: Sessions, pool: UUID, *, since: datetime | None, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """Members of a pool, who entered last first. Raises PoolUnknown."""
    async with sessions.alone() as connection:
        await _find(connection, pool)
        found = await pools.members(connection, pool, since=since, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(list(found[:limit]), None if last is None else [last.since.isoformat(), str(last.person)])


async def say_by_hand(
    sessions: Sessions, pool: UUID, name: Name, said: Said, *, reason: str, shards: int, now: datetime
) -> tuple[Stream, Member | None]:
    """Put a person into a pool, or keep them out of it; returns who stands for the person, and the member.

    Raises PoolUnknown, CandidateUnknown, CandidateErased, NotVetted.
    """
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        found = await _find(connection, pool)
        person = _standing(await candidates.find_person(connection, name.id), name)
        if said.is_in and found.vetted_only and not await pools.vetted(connection, [person.id]):
            raise NotVetted(f"The pool {pool} is of vetted people only, and {name} is not vetted.")
        await pools.say(connection, pool, name.id, said, reason, now)
        transaction.id = await _follow(connection, found, name.id, now=now, shards=shards)
        member = await pools.member(connection, pool, person.id)
    return person, member


async def take_back(sessions: Sessions, pool: UUID, name: Name, *, taken_back_by: str, shards: int, now: datetime) -> None:
    """Forget what was said by hand of a person: the rule alone decides. Raises PoolUnknown, CandidateUnknown, CandidateErased."""
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        found = await _find(connection, pool)
        streams = await candidates.find_person(connection, name.id)
        _standing(streams, name)
        await pools.take_back(connection, pool, [stream.id for stream in streams])
        transaction.id = await _follow(connection, found, name.id, now=now, shards=shards, taken_back_by=taken_back_by)


async def _follow(
    connection: Driver, pool: Pool, stream: UUID, *, now: datetime, shards: int, taken_back_by: str | None = None
) -> int | None:
    writes, news = await changes_of_members(connection, [pool], [stream], now=now, taken_back_by=taken_back_by)
    writes += await pool_events.announcing(connection, news, now=now, shards=shards)
    return await write_together(connection, writes) if writes else None


async def _find(connection: Driver, pool: UUID) -> Pool:
    if (found := await pools.find(connection, pool)) is None:
        raise PoolUnknown.of_id(pool)
    return found


async def _demand_sense(connection: Driver, pool: Pool) -> None:
    """Raise Invalid for a rule that asks for nothing, or for words that find nobody."""
    if pool.rule is None:
        return
    if pool.rule.is_empty:
        raise Invalid.of("rule", "must ask for something; null for a pool whose members are put in by hand")
    if pool.rule.words is not None and not await search.read_queries(connection, pool.rule.words, None):
        raise Invalid.of("rule.q", 'must hold a word to be found: letters or digits, and not only what is left out with "-"')


def _standing(streams: list[Stream], name: Name) -> Stream:
    """Who stands for a person, by whichever id."""
    person = next((stream for stream in streams if stream.id == stream.person_id), None)
    if person is not None and person.erased_at is not None:
        raise CandidateErased.of_id(name.id)
    if person is None or person.record is None:
        raise CandidateUnknown.named(str(name))
    return person
