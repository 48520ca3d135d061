"""/v1/.../cleansing: lists of people whose data is to be cleansed, the same for every service that has some.

A list is an SQL query of one row a person. What it costs to leave a list alone is said beside its count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from shared import clock
from shared.db.asyncpg_connection import Driver
from shared.errors import NotFound
from shared.ids import candidate_id, position_id
from shared.security.auth import requires
from shared.security.token_issuer import Scope
from shared.web.dependencies import SessionsDep
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

TAG = {"cleansing": "People whose data is to be cleansed, in lists, with what it costs to leave each."}


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A list of people. ``people`` is a query of (candidate_id, why as codes, since, position_id), one row a person.

    In it $1 is the time now. ``reasons`` are the codes in words.
    """

    title: str
    cost: str
    people: str
    reasons: Mapping[str, str]


class ListUnknown(NotFound):
    """The service has no list of that name."""

    code = "cleansing_list_unknown"
    title = "There is no such list"


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of a list: why, since when where that is known, and in whose pursuit. ``references``: what senders call them."""

    candidate_id: UUID
    why: Sequence[str]
    since: datetime | None
    position_id: UUID | None
    references: Sequence[str]


async def count(connection: Driver, one: PeopleList, now: datetime) -> int:
    """How many people are in a list."""
    query = f"SELECT count(*) FROM ({one.people}) AS listed WHERE $1::timestamptz IS NOT NULL"  # noqa: S608 - a constant
    return int(await connection.fetchval(query, now))


async def page(
    connection: Driver, one: PeopleList, now: datetime, *, references: str, after: UUID | None, limit: int
) -> list[Listed]:
    """People of a list in the order of their ids. ``references`` is an expression of the references of ``candidate_id``."""
    query = f"""
        SELECT candidate_id, why, since, position_id, {references} FROM ({one.people}) AS listed
        WHERE $1::timestamptz IS NOT NULL AND ($2::uuid IS NULL OR candidate_id > $2) ORDER BY candidate_id LIMIT $3
        """  # noqa: S608 - constants
    rows = await connection.fetch(query, now, after, limit)
    return [
        Listed(candidate, [one.reasons[code] for code in why], since, position, references or [])
        for candidate, why, since, position, references in rows
    ]


class CleansingList(BaseModel):
    """A list of people whose data is to be cleansed."""

    name: Annotated[str, Field(description="Its name in addresses.", examples=["unreachable"])]
    title: Annotated[str, Field(description="Who is in it.", examples=["No e-mail address, telephone or profile"])]
    people: Annotated[int, Field(description="How many people are in it now.", examples=[31])]
    cost: Annotated[str, Field(description="What it costs to leave it.", examples=["Nobody can ever offer them anything."])]


class CleansingLists(BaseModel):
    """The lists of a service."""

    items: Annotated[list[CleansingList], Field(description="All lists, those without anybody too.")]


class ListedPerson(BaseModel):
    """A person of a list."""

    candidate_id: Annotated[UUID, Field(description="The person.", examples=[str(candidate_id("demo:ada"))])]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]
    why: Annotated[list[str], Field(description="Why they are in the list.", examples=[["No skill is known."]])]
    since: Annotated[datetime | None, Field(description="Since when, where that is known.", examples=[None])]
    position_id: Annotated[
        UUID | None, Field(description="The position that it is about.", examples=[str(position_id("demo:staff-engineer"))])
    ]


class ListedPeople(BaseModel):
    """A page of a list, in the order of the people's ids."""

    name: Annotated[str, Field(description="The list.", examples=["unreachable"])]
    items: Annotated[list[ListedPerson], Field(description="People of the list.")]
    next_cursor: Annotated[str | None, Field(description="As cursor: the next page; null on the last.", examples=[None])]


def cleansing_router(prefix: str, service: str, lists: Mapping[str, PeopleList], *, references: str, scope: Scope) -> APIRouter:
    """The lists of a service, to be read with a scope. ``references``: as ``page`` takes it."""
    router = APIRouter(prefix=prefix, tags=["cleansing"], route_class=StrictRoute, dependencies=[requires(scope)])
    named = {"examples": [next(iter(lists))], "json_schema_extra": {"enum": list(lists)}}

    @router.get("", name=f"list_{service}_cleansing", response_model=CleansingLists)
    async def read_lists(sessions: SessionsDep) -> Any:
        """The lists, how many people are in each, and what it costs to leave it."""
        now = clock.now()
        async with sessions.alone() as connection:
            counts = {name: await count(connection, one, now) for name, one in lists.items()}
        items = [{"name": name, "title": one.title, "people": counts[name], "cost": one.cost} for name, one in lists.items()]
        return {"items": items}

    @router.get("/{list_name}", name=f"read_{service}_cleansing", response_model=ListedPeople)
    async def read_list(
        sessions: SessionsDep,
        list_name: Annotated[str, Path(description="The name of a list.", **named)],
        limit: Annotated[int, Query(ge=1, le=200, description="Items on a page.")] = 50,
        cursor: Annotated[str | None, Query(max_length=1000, description="next_cursor of the page before.")] = None,
    ) -> Any:
        """The people of a list, each with why."""
        purpose = f"{service} cleansing {list_name}"
        after = None if cursor is None else decode_cursor(purpose, cursor, UUID)
        async with sessions.alone() as connection:
            found = await page(
                *(connection, list_of(lists, list_name), clock.now()), references=references, after=after, limit=limit + 1
            )
        following = encode_cursor(purpose, [str(found[limit - 1].candidate_id)]) if len(found) > limit else None
        return {"name": list_name, "items": [asdict(one) for one in found[:limit]], "next_cursor": following}

    return router


def list_of(lists: Mapping[str, PeopleList], name: str) -> PeopleList:
    """The list of that name. Raises ListUnknown."""
    if name not in lists:
        raise ListUnknown(f"There is no list {name!r} here; there are {', '.join(lists)}.")
    return lists[name]
