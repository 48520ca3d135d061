"""/v1/pools: saved searches, and who is in them."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from services.candidates.api.dependencies import CandidateName, ConditionDep, Cursor, Limit, SettingsDep, current_time
from services.candidates.api.pool_bodies import (
    CandidatePool,
    NewPool,
    PoolMemberPage,
    PoolPage,
    PoolPatch,
    PoolStanding,
    PoolWord,
    member_shown,
    pool_shown,
    standing_shown,
)
from services.candidates.domain.pools import Said
from services.candidates.use_cases import pools
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.timestamps import Moment
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute, request_token
from shared.web.pagination import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/pools", tags=["pools"], route_class=IdempotentRoute)

Reader = Annotated[Principal, requires("candidates:read")]
Writer = Annotated[Principal, requires("candidates:write")]
PoolId = Annotated[UUID, Path(description="The pool's id.", examples=["3f0c5d0a-3d51-5a35-9d4e-4f1f5f2b7c11"])]


@router.post("", status_code=201, response_model=CandidatePool)
async def make_pool(body: NewPool, request: Request, response: Response, principal: Writer, sessions: SessionsDep) -> Any:
    """Save a search as a pool, or as an alert, which is a pool that says when somebody enters; or make a list by hand.

    Everybody is compared with the rule in the background, and then whoever changes, a moment later. Entering and leaving are
    events on `rekindle.pool.v1`.
    """
    new = body.made(request_token(request), by=principal.acting_as(None) or principal.identity, now=current_time())
    made = await pools.make_pool(sessions, new)
    response.headers["ETag"] = pools.tag_of(made)
    response.headers["Location"] = f"/v1/pools/{made.id}"
    return pool_shown(made, 0)


@router.get("", response_model=PoolPage)
async def list_pools(_: Reader, sessions: SessionsDep, *, limit: Limit = 50, cursor: Cursor = None) -> Any:
    """All pools, in the order of their ids."""
    after = decode_cursor("pools", cursor, UUID) if cursor is not None else None
    page = await pools.list_pools(sessions, after=after, limit=limit)
    items = [pool_shown(pool, members) for pool, members in page.items]
    return {"items": items, "next_cursor": encode_cursor("pools", page.last) if page.last else None}


@router.get("/{pool}", response_model=CandidatePool)
async def get_pool(pool: PoolId, response: Response, _: Reader, sessions: SessionsDep) -> Any:
    """A pool, with its rule."""
    found, members = await pools.read_pool(sessions, pool)
    response.headers["ETag"] = pools.tag_of(found)
    return pool_shown(found, members)


@router.patch("/{pool}", response_model=CandidatePool)
async def change_pool(
    pool: PoolId, body: PoolPatch, response: Response, _: Writer, sessions: SessionsDep, condition: ConditionDep
) -> Any:
    """Change a pool. A new rule is compared with everybody in the background; who enters by that alerts nobody."""
    changes, now = body.changes(), current_time()
    await pools.change_pool(sessions, pool, lambda before: replace(before, changed_at=now, **changes), condition=condition)
    found, members = await pools.read_pool(sessions, pool)
    response.headers["ETag"] = pools.tag_of(found)
    return pool_shown(found, members)


@router.delete("/{pool}", status_code=204, response_class=Response)
async def delete_pool(pool: PoolId, _: Writer, sessions: SessionsDep) -> None:
    """Delete a pool. Its members leave it, each with an event."""
    await pools.delete_pool(sessions, pool, now=current_time())


@router.get("/{pool}/members", response_model=PoolMemberPage)
async def list_pool_members(
    pool: PoolId,
    _: Reader,
    sessions: SessionsDep,
    *,
    since: Annotated[
        Moment | None, Query(description="Who entered at this time or later.", examples=["2026-01-01T00:00:00Z"])
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Who is in a pool, by its rule or by hand, since when, and why; who entered last first."""
    purpose = f"members of pool {pool} since {since}"
    after = None
    if cursor is not None:
        after = decode_cursor(purpose, cursor, lambda entered, one: (datetime.fromisoformat(entered), UUID(one)))
    page = await pools.list_members(sessions, pool, since=since, after=after, limit=limit)
    return {
        "items": [member_shown(one) for one in page.items],
        "next_cursor": encode_cursor(purpose, page.last) if page.last else None,
    }


@router.put("/{pool}/members/{candidate}", response_model=PoolStanding)
async def put_pool_member(
    pool: PoolId, candidate: CandidateName, body: PoolWord, principal: Writer, sessions: SessionsDep, settings: SettingsDep
) -> Any:
    """Put a person into a pool by hand, or keep them out of it whatever its rule says. What was said last counts."""
    said = Said(body.status == "in", principal.acting_as(body.recruiter) or principal.identity)
    person, member = await pools.say_by_hand(
        sessions,
        pool,
        read_name("candidate", candidate),
        said,
        reason=body.reason,
        shards=settings.partitions,
        now=current_time(),
    )
    return standing_shown(pool, person, member)


@router.delete("/{pool}/members/{candidate}", status_code=204, response_class=Response)
async def take_back_pool_member(
    pool: PoolId, candidate: CandidateName, principal: Writer, sessions: SessionsDep, settings: SettingsDep
) -> None:
    """Take back what was said by hand of a person: the pool's rule alone decides from then on."""
    await pools.take_back(
        sessions,
        pool,
        read_name("candidate", candidate),
        taken_back_by=principal.acting_as(None) or principal.identity,
        shards=settings.partitions,
        now=current_time(),
    )
