"""What routers take from the application and the request."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from services.candidates.domain.versions import Condition
from services.candidates.settings import CandidatesSettings
from services.candidates.storage.file_store import FileStore
from services.candidates.use_cases.sync import SyncPage
from services.candidates.use_cases.views import RecordView, Redirected
from shared import clock
from shared.errors import Invalid
from shared.fit import Rates
from shared.ids import Thing, candidate_id
from shared.naming import Name, read_name
from shared.timestamps import Moment
from shared.web.dependencies import of_state
from shared.web.pagination import encode_cursor

_TAG = f'"{candidate_id("demo:ada")}:3"'


async def _condition(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag that was read: 412 where the record has changed since. A change by id needs it (428).",
            examples=[_TAG],
        ),
    ] = None,
    if_none_match: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            description="With *: 412 where the record exists already.",
            examples=["*"],
        ),
    ] = None,
) -> Condition:
    return Condition(if_match, if_none_match)


async def _known(
    if_none_match: Annotated[
        str | None,
        Header(alias="If-None-Match", description="The ETags that the caller has: 304 where one is current.", examples=[_TAG]),
    ] = None,
) -> Condition:
    return Condition(None, if_none_match)


SettingsDep = Annotated[CandidatesSettings, Depends(of_state("settings", CandidatesSettings))]
FileStoreDep = Annotated[FileStore, Depends(of_state("files", FileStore))]
RatesDep = Annotated[Rates, Depends(of_state("rates", Rates))]
ConditionDep = Annotated[Condition, Depends(_condition)]
"""For a change."""
KnownDep = Annotated[Condition, Depends(_known)]
"""For a read: what the caller has already."""

_NAME = {"pattern": r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[a-z0-9][a-z0-9._-]{0,49}:.{1,200})$"}
_DESCRIPTION = "id or <source>:<external_id>, percent-encoded"

CandidateName = Annotated[str, Path(description=_DESCRIPTION, examples=["demo:ada"], json_schema_extra=_NAME)]
OtherName = Annotated[
    str, Path(description="A further reference of the person.", examples=["linkedin:ada-byron"], json_schema_extra=_NAME)
]
PositionName = Annotated[str, Path(description=_DESCRIPTION, examples=["demo:staff-engineer"], json_schema_extra=_NAME)]
Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page.")]
UpdatedSince = Annotated[
    Moment | None,
    Query(
        description="A sync: what changed at or after this time, in the order of changes. Then follow next_cursor while there is "
        "one, and go on with resume_cursor whenever you like. Takes no filter."
    ),
]
Cursor = Annotated[str | None, Query(max_length=1000, description="next_cursor of the page before.")]


MOST_NAMES = 200
"""In a query that names many."""


def read_names(thing: Thing, texts: Sequence[str]) -> list[Name]:
    """Several with commas, or the parameter repeated, so that a reference may hold a comma. Raises Invalid."""
    asked = texts[0].split(",") if len(texts) == 1 else texts
    if len(asked) > MOST_NAMES:
        raise Invalid.of("ids", f"must not name more than {MOST_NAMES}")
    return list(dict.fromkeys(read_name(thing, text, field="ids") for text in asked))


def observed_or_now(observed_at: datetime | None, now: datetime) -> datetime:
    """When what is stated was so; a time that has not come yet counts as now."""
    return now if observed_at is None else min(observed_at, now)


def current_time() -> datetime:
    """The time of the request, in UTC."""
    return clock.now()


def redirect(request: Request, found: Redirected) -> Response:
    """308 from the address of a merged id, as it was sent, to the same address of the person's id."""
    before, _, _, *rest = request.scope["raw_path"].decode("latin-1").split("/")[1:]
    location = "/".join(["", before, "candidates", str(found.person_id), *rest]) + (
        f"?{request.url.query}" if request.url.query else ""
    )
    content = {"id": str(found.person_id), "location": location}
    return JSONResponse(content, 308, headers={"Location": location})


def record_response(view: RecordView, body: Mapping[str, Any], *, location: str | None = None) -> Response:
    """A record with its entity tag; ``location`` of one that is new. It depends on the token, so shared caches keep nothing."""
    headers = {"ETag": view.tag, "Vary": "Authorization", "Cache-Control": "private, no-cache"}
    if location is not None:
        headers["Location"] = location
    return Response(orjson.dumps(body), 200 if location is None else 201, headers, "application/json")


def not_modified(tag: str) -> Response:
    """304: the caller has this version."""
    return Response(status_code=304, headers={"ETag": tag, "Vary": "Authorization", "Cache-Control": "private, no-cache"})


def page_of_sync(purpose: str, page: SyncPage, items: list[dict[str, Any]]) -> dict[str, Any]:
    """A page of a sync."""
    cursor = encode_cursor(purpose, [page.last])
    return {"items": items, "next_cursor": cursor if page.has_more else None, "resume_cursor": cursor}


def refuse_others(name: str, others: Mapping[str, object]) -> None:
    """Raise Invalid where other parameters come with one that takes none."""
    if given := sorted(other for other, value in others.items() if value is not None):
        raise Invalid.of(name, f"cannot be combined with {', '.join(given)}")
