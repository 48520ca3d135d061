"""GET /v1/activity: what happened since a time, newest first, in words."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.activity import ActivityKind, words_of
from services.engagement.storage.activity import Before
from services.engagement.use_cases.read_activity import read_activity
from shared import clock
from shared.events.fields import Code
from shared.security.auth import Principal, requires
from shared.timestamps import Moment
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/activity", tags=["activity"], route_class=StrictRoute)

DEFAULT_SPAN = timedelta(days=7)


class ActivityItem(BaseModel):
    """One thing that happened with a person."""

    kind: ActivityKind = Field(description="What kind of news it is.", examples=["decline"])
    at: datetime = Field(description="When it happened, in UTC.", examples=["2026-03-02T09:15:00Z"])
    candidate_id: UUID
    references: list[str]
    position_id: UUID | None
    position_references: list[str]
    position_title: str | None
    recruiter: str | None = Field(
        description="Who reported it, else who made the last contact before it; a code.", examples=["maria"]
    )
    sentence: str = Field(description="What happened, in words.", examples=["Answered by e-mail about Staff engineer."])


class ActivityPage(BaseModel):
    """What happened, newest first."""

    items: list[ActivityItem]
    next_cursor: str | None


@router.get("")
async def list_activity(
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    since: Annotated[Moment | None, Query(description="From when on, included; default: the last seven days.")] = None,
    recruiter: Annotated[Code | None, Query(description="Whose: who reported it, or contacted the person last.")] = None,
    kind: Annotated[ActivityKind | None, Query(description="Only this kind of news.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> ActivityPage:
    """Replies, declines, hires, signals, people who came back to the queue: what happened since a time, newest first.

    What was retracted did not happen, so a page may be shorter than ``limit``; the last one has no ``next_cursor``.
    """
    now = clock.now()
    purpose = f"activity:{since and since.isoformat()}:{recruiter}:{kind}"
    found = await read_activity(
        sessions,
        list(ActivityKind) if kind is None else [kind],
        since=now - DEFAULT_SPAN if since is None else since,
        now=now,
        before=None if cursor is None else decode_cursor(purpose, cursor, _place),
        recruiter=recruiter,
        limit=limit,
    )
    items: list[ActivityItem] = []
    for one in found.items:
        position = None if one.position_id is None else found.positions.get(one.position_id)
        title = None if position is None else position.title
        items.append(
            ActivityItem(
                kind=one.kind,
                at=one.at,
                candidate_id=one.person_id,
                references=found.references.get(one.person_id, []),
                position_id=one.position_id,
                position_references=[] if position is None else position.references,
                position_title=title,
                recruiter=one.recruiter,
                sentence=words_of(one, title, settings.zone),
            )
        )
    following = found.following
    return ActivityPage(
        items=items,
        next_cursor=None if following is None else encode_cursor(purpose, [following.at.isoformat(), following.id]),
    )


def _place(at: str, id: str) -> Before:
    return Before(datetime.fromisoformat(at), str(id))
