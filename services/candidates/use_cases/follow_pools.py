"""Keep who is in the pools up to date: chunk by chunk, each with its events in one transaction.

Whose record changed waits, in the transaction of the change, and is compared with every rule; a pool whose rule is new is
compared with everybody. Whoever enters or leaves is told of once, whatever is killed in between.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.candidates.domain.pools import Said, membership
from services.candidates.storage import candidates, pool_events, pools, vetting
from services.candidates.storage.pools import FIRST, Pair, Pool
from shared.db.asyncpg_connection import Driver, Write, write_together
from shared.db.engine import Sessions
from shared.db.locks import POOLS
from shared.events import EventData, MarketStatusChanged, PoolEntered, PoolLeft
from shared.events.fields import code_or_none
from shared.events.vocabulary import MarketStatus, PoolReason

CHUNK = 500
"""People of one transaction."""
OPENING = f"{candidates.SHARE_MAP}; SELECT pg_advisory_xact_lock({POOLS})"
"""Nobody is merged or erased meanwhile, and nobody else changes who is in a pool."""

News = tuple[UUID, EventData]
"""A stream and an event of it."""


async def follow_pools(sessions: Sessions, *, shards: int, now: datetime) -> bool:
    """Compare the next who wait with all rules, and the next people with the rules that are new; whether there were any."""
    async with sessions.alone() as connection:
        await vetting.expire(connection, now, CHUNK)
        if not await pools.has_work(connection):
            return False
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        every = await pools.every(connection)
        writes = await _compare_waiting(connection, every, now=now, shards=shards)
        if writes:
            transaction.id = await write_together(connection, writes)
    if any(pool.filling_after == FIRST for pool in every):
        await _wait_for_writers(sessions)
    for pool in every:
        if pool.filling_after is not None:
            await _fill(sessions, pool, now=now, shards=shards)
    return True


async def _wait_for_writers(sessions: Sessions) -> None:
    """Wait until all are done who may have written before they could see a rule, and so let nobody wait for it."""
    async with sessions.begin_raw(candidates.LOCK_MAP):
        pass


async def _compare_waiting(connection: Driver, every: Sequence[Pool], *, now: datetime, shards: int) -> list[Write]:
    waiting = await pools.take(connection, CHUNK)
    turned: list[News] = [
        (
            one.stream,
            MarketStatusChanged(
                candidate_id=one.stream, before=MarketStatus(one.before), market_status=MarketStatus(one.market_status)
            ),
        )
        for one in waiting
        if one.before is not None and one.market_status is not None and one.before != one.market_status
    ]
    writes, news = await changes_of_members(connection, every, {one.stream for one in waiting}, now=now)
    return writes + await pool_events.announcing(connection, turned + news, now=now, shards=shards)


async def _fill(sessions: Sessions, pool: Pool, *, now: datetime, shards: int) -> None:
    """Compare the next people with the rule of a pool; where it has changed meanwhile, it has its turn the next time."""
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        found = next((one for one in await pools.every(connection) if one.id == pool.id), None)
        if found is None or found.filling_after is None or found.version != pool.version:
            return
        people, last = await pools.next_to_fill(connection, found, CHUNK)
        writes, news = await changes_of_members(connection, [found], people, now=now)
        writes += await pool_events.announcing(connection, news, now=now, shards=shards)
        await pools.filled(connection, found, last, now=now)
        if writes:
            transaction.id = await write_together(connection, writes)


async def changes_of_members(
    connection: Driver, every: Sequence[Pool], streams: Collection[UUID], *, now: datetime, taken_back_by: str | None = None
) -> tuple[list[Write], list[News]]:
    """What changes in the pools for the people of these streams, as writes, and what there is to announce.

    ``taken_back_by``: who has just taken back what was said by hand. The caller holds the locks of OPENING.
    """
    if not every or not streams:
        return [], []
    standing = await pools.people_of(connection, streams)
    people, ids = list(standing), [pool.id for pool in every]
    said, before = await pools.said(connection, ids, people), await pools.held(connection, ids, people)
    vetted = await pools.vetted(connection, people) if any(pool.vetted_only for pool in every) else set()
    changed, gone, news = {}, list[Pair](), list[News]()
    for pool in every:
        matching = await pools.matching(connection, pool, people)
        for person in people:
            pair = (pool.id, person)
            told = said.get(pair) if standing[person] == person and not pool.is_deleted else None
            may_be_in = not pool.vetted_only or person in vetted
            after = membership(meets_rule=person in matching, said=told, may_be_in=may_be_in)
            if after is None and pair in before:
                gone.append(pair)
                news.append((person, _left(pool, person, standing[person], told, taken_back_by)))
            elif after is not None and after != before.get(pair):
                changed[pair] = after
                if pair not in before:
                    news.append((person, _entered(pool, person, told if not after.by_rule else None)))
    return [*pools.putting(changed, now=now), *pools.dropping(gone)], news


def _entered(pool: Pool, person: UUID, told: Said | None) -> PoolEntered:
    return PoolEntered(
        candidate_id=person,
        pool_id=pool.id,
        reason=PoolReason.RULE if told is None else PoolReason.HAND,
        by=None if told is None else code_or_none(told.by),
        alert=pool.is_alert and (told is not None or not pool.fills_anew),
    )


def _left(pool: Pool, person: UUID, stands_for: UUID | None, told: Said | None, taken_back_by: str | None) -> PoolLeft:
    by = told.by if told is not None and not told.is_in else taken_back_by
    if pool.is_deleted:
        reason, by = PoolReason.DELETED, None
    elif stands_for not in {None, person}:
        reason, by = PoolReason.MERGED, None
    else:
        reason = PoolReason.RULE if by is None else PoolReason.HAND
    return PoolLeft(candidate_id=person, pool_id=pool.id, reason=reason, by=None if by is None else code_or_none(by))
