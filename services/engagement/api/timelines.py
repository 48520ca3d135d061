"""GET /v1/timelines: everything that is known to have happened with a person."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.use_cases.read_timeline import Place, ShownEvent, read_timeline
from shared import clock
from shared.errors import Invalid
from shared.events import FACTS
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/timelines", tags=["timelines"], route_class=StrictRoute)


class TimelineEvent(BaseModel):
    """One event as its sender posted it, and the attempt and touch that it belongs to.

    ``attempt`` is null for a fact without a position, for what was retracted, and for what only the clock put on record.
    """

    source: str
    id: str = Field(description="the sender's own id")
    event_id: UUID = Field(description="the id on the bus")
    type: str
    time: datetime
    received_at: datetime
    candidate_id: UUID = Field(description="the stream it was posted to")
    sequence: int
    after: str
    position_id: UUID | None
    position_references: list[str]
    pursuit_id: UUID | None
    attempt: int | None
    touch: int | None
    data: dict[str, Any]


class TimelinePage(BaseModel):
    """A person's events, oldest first: by time, then rank, then id on the bus."""

    candidate_id: UUID = Field(description="the person's")
    references: list[str]
    items: list[TimelineEvent]
    next_cursor: str | None


@router.get("/{ref}", response_model=TimelinePage)
async def get_timeline(
    ref: Annotated[str, Path(description="The person: an id or <source>:<external_id>, percent-encoded.", examples=["demo:ada"])],
    sessions: SessionsDep,
    settings: SettingsDep,
    principal: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    type: Annotated[list[str] | None, Query(description="only these types; may be repeated")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query()] = None,
) -> dict[str, Any]:
    """The events of all of a person's records, oldest first, with private fields. 410 for an erased candidate.

    An ``address`` is left out for a token without the scope contact_details:read.
    """
    candidate = read_name("candidate", ref, field="ref").id
    types = sorted(set(type or []))
    for one in types:
        if one not in FACTS:
            raise Invalid.of("type", "must be one of " + ", ".join(FACTS))
    purpose = f"timeline:{candidate}:{','.join(types)}"
    timeline = await read_timeline(
        sessions,
        candidate,
        types=types,
        after=None if cursor is None else decode_cursor(purpose, cursor, _place),
        limit=limit,
        now=clock.now(),
        settings=settings,
    )
    following = timeline.following
    return {
        "candidate_id": timeline.person_id,
        "references": timeline.references,
        "items": [_shown(one, with_addresses=principal.may("contact_details:read")) for one in timeline.events],
        "next_cursor": None
        if following is None
        else encode_cursor(purpose, [following[0].isoformat(), following[1], str(following[2])]),
    }


def _place(time: str, rank: int, event: str) -> Place:
    return datetime.fromisoformat(time), int(rank), UUID(event)


def _shown(shown: ShownEvent, *, with_addresses: bool) -> dict[str, Any]:
    row, placement = shown.logged, shown.placement
    data = row.data
    if data is not None and not with_addresses:
        data = {name: value for name, value in data.items() if name != "address"}
    return {
        "source": row.source,
        "id": row.external_id,
        "event_id": row.event_id,
        "type": row.type,
        "time": row.time,
        "received_at": row.received_at,
        "candidate_id": row.candidate_id,
        "sequence": row.sequence,
        "after": f"{row.candidate_id}:{row.sequence}",
        "position_id": row.position_id,
        "position_references": [] if shown.position_reference is None else [shown.position_reference],
        "pursuit_id": shown.pursuit_id,
        "attempt": None if placement is None else placement.attempt,
        "touch": None if placement is None else placement.touch,
        "data": data,
    }
