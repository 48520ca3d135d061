"""/v1/duplicates: people who may be one."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.candidates.api.candidate_bodies import hidden_from
from services.candidates.api.dependencies import Cursor, Limit, SettingsDep, current_time
from services.candidates.api.duplicate_bodies import (
    DuplicateDecision,
    DuplicatePage,
    DuplicateScan,
    Merge,
    Merged,
    NotTheSame,
    PreviewedPair,
    Status,
    decision_shown,
    pair_shown,
    preview_shown,
)
from services.candidates.use_cases import compare_people, duplicates
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute
from shared.web.pagination import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/duplicates", tags=["duplicates"], route_class=IdempotentRoute)

Reader = Annotated[Principal, requires("contact_details:read")]
Writer = Annotated[Principal, requires("candidates:write")]
PairId = Annotated[UUID, Path(description="The pair's id.", examples=["7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"])]


@router.get("", response_model=DuplicatePage)
async def list_suspected_duplicates(
    principal: Reader,
    sessions: SessionsDep,
    *,
    min_score: Annotated[float, Query(ge=0, le=1, description="Pairs of at least this score; 0.9 and more are likely.")] = 0,
    status: Annotated[Status, Query(description="not_the_same: those of whom somebody said so.")] = "open",
    candidate: Annotated[
        str | None, Query(description="Pairs of this person: an id or <source>:<external_id>.", examples=["demo:ada"])
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """People who may be one, the likeliest first, with the evidence. Whoever comes in is compared a moment later.

    Families, shared landlines, and Jr. and Sr. are suggestions of a low score. Nobody is merged unless somebody asks for it.
    """
    purpose = f"duplicates {min_score} {status} {candidate}"
    place = decode_cursor(purpose, cursor, lambda score, pair: (int(score), UUID(pair))) if cursor is not None else None
    page = await duplicates.list_suspicions(
        sessions,
        is_dismissed=status == "not_the_same",
        least=round(min_score * 1000),
        person=None if candidate is None else read_name("candidate", candidate).id,
        after=place,
        limit=limit,
    )
    items = [pair_shown(one, principal) for one in page.items]
    return {"items": items, "next_cursor": encode_cursor(purpose, page.last) if page.last else None}


@router.post("/scan", status_code=202, response_model=DuplicateScan)
async def scan_for_duplicates(_: Writer, sessions: SessionsDep) -> Any:
    """Compare everybody anew, in the background. Asked again meanwhile, nobody waits twice.

    Whoever comes in is compared without it; it is for after an upgrade that judges otherwise.
    """
    return {"waiting": await compare_people.scan(sessions)}


@router.get("/scan", response_model=DuplicateScan)
async def get_duplicate_scan(_: Writer, sessions: SessionsDep) -> Any:
    """How many people wait to be compared, by a scan or since their record changed."""
    return {"waiting": await compare_people.count_waiting(sessions)}


@router.get("/{duplicate}", response_model=PreviewedPair)
async def get_suspected_duplicate(duplicate: PairId, principal: Reader, sessions: SessionsDep) -> Any:
    """A pair, with a preview of the merge: which value would count, and why."""
    return preview_shown(await duplicates.preview(sessions, duplicate), principal, hidden_from(principal))


@router.post("/{duplicate}/merge", response_model=Merged)
async def merge_duplicate(duplicate: PairId, body: Merge, principal: Writer, sessions: SessionsDep, settings: SettingsDep) -> Any:
    """Make the two one person. Nothing is copied: both records are there again as they were once the link is undone."""
    view, gone = await duplicates.merge(
        sessions,
        duplicate,
        survivor=body.survivor,
        merged_by=principal.identity,
        shards=settings.partitions,
        now=current_time(),
    )
    return {"candidate_id": view.id, "merged_id": gone, "after_each": view.after_each}


@router.post("/{duplicate}/not-the-same", response_model=DuplicateDecision)
async def say_not_the_same(duplicate: PairId, body: NotTheSame, principal: Writer, sessions: SessionsDep) -> Any:
    """Remember that the two are not the same person: they are not suggested again until that is taken back.

    Said again, the first decision stays.
    """
    return decision_shown(
        await duplicates.say_not_the_same(
            sessions, duplicate, reason=body.reason, decided_by=principal.identity, now=current_time()
        )
    )


@router.delete("/{duplicate}/not-the-same", status_code=204, response_class=Response)
async def take_back_not_the_same(duplicate: PairId, _: Writer, sessions: SessionsDep) -> None:
    """Take back that the two are not the same person: they are suggested again."""
    await duplicates.take_back(sessions, duplicate)
