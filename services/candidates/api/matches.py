"""Who fits a position, and which positions fit a person."""

from collections.abc import Collection
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.candidates.api.candidates import MOVED, Reader
from services.candidates.api.dependencies import CandidateName, Cursor, Limit, PositionName, RatesDep, redirect
from services.candidates.domain.matches import Match, Rank
from services.candidates.use_cases.find_matches import FITTING, POSSIBLE, Matches, match_people, match_positions
from services.candidates.use_cases.views import Redirected
from shared.events.vocabulary import Level, MarketStatus, PositionStatus
from shared.fit import Answer
from shared.naming import read_name
from shared.web.dependencies import SessionsDep
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

router = APIRouter(route_class=StrictRoute)

Fit = Annotated[
    Literal["met", "possible"],
    Query(description="met: every requirement is met. possible: none is known not to be met."),
]


class PartAnswer(BaseModel):
    """A requirement or need, and whether the person meets it."""

    text: Annotated[str, Field(description="What the position asks.", examples=["Five years of Python"])]
    answer: Annotated[Answer, Field(description="met, not_met, or not_known: the record does not say.", examples=["met"])]
    why: Annotated[str, Field(description="Why, as a clause.", examples=["has python"])]


class _Match(BaseModel):
    requirements: Annotated[list[PartAnswer], Field(description="Every requirement, in the order of the position's record.")]
    needs: Annotated[list[PartAnswer], Field(description="Every need, in the order of the position's record.")]
    needs_met: Annotated[int, Field(description="How many needs are met.", examples=[2])]
    missing: Annotated[list[str], Field(description="What is not met, as clauses.", examples=[["lacks go or rust"]])]
    salary: Annotated[
        Answer,
        Field(description="Whether the position pays what the person asks, in another currency by the rates.", examples=["met"]),
    ]
    salary_why: Annotated[
        str,
        Field(description="Why, as a clause: also which currencies the rates do not compare.", examples=["pays to 95,000 EUR"]),
    ]
    place: Annotated[Answer, Field(description="Whether the position is remote or where the person lives.", examples=["met"])]


class PersonMatch(_Match):
    """A person whom a position fits."""

    candidate_id: Annotated[UUID, Field(description="The person.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"])]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]
    name: Annotated[str | None, Field(description="The person's name.", examples=["Ada Byron"])]
    title: Annotated[str | None, Field(description="Their title.", examples=["Backend engineer"])]
    level: Annotated[Level | None, Field(description="Their level.", examples=["senior"])]
    market_status: Annotated[
        MarketStatus | None, Field(description="What their record says of the market.", examples=["passive"])
    ]


class PositionMatch(_Match):
    """An open position that fits a person."""

    position_id: Annotated[UUID, Field(description="The position.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"])]
    references: Annotated[list[str], Field(description="What senders call it.", examples=[["demo:staff-engineer"]])]
    title: Annotated[str | None, Field(description="Its title.", examples=["Staff engineer, payments"])]
    level: Annotated[Level | None, Field(description="Its level.", examples=["staff"])]
    status: Annotated[PositionStatus | None, Field(description="Its status.", examples=["open"])]


class _Page(BaseModel):
    total: Annotated[int, Field(description="How many match.", examples=[12])]
    total_is_capped: Annotated[
        bool, Field(description="Whether there may be more: 5,000 are compared, in the order of their ids.", examples=[False])
    ]
    next_cursor: Annotated[str | None, Field(description="As cursor: the next page; null on the last.", examples=[None])]


class PeopleMatches(_Page):
    """People whom a position fits, the best first."""

    position_id: Annotated[UUID, Field(description="The position.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"])]
    items: Annotated[list[PersonMatch], Field(description="Those who meet most needs come first.")]


class PositionMatches(_Page):
    """Open positions that fit a person, the best first."""

    candidate_id: Annotated[UUID, Field(description="The person.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"])]
    items: Annotated[list[PositionMatch], Field(description="Those of which the person meets most needs come first.")]


@router.get("/v1/positions/{position}/matches", response_model=PeopleMatches, tags=["positions"])
async def list_people_who_match(
    position: PositionName,
    _: Reader,
    sessions: SessionsDep,
    rates: RatesDep,
    *,
    fit: Fit = "met",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """People who meet what the position requires, those who meet most of its needs first, with what is missing.

    Whether somebody may be contacted now says /v1/contact-checks.
    """
    purpose = f"people who match {position} {fit}"
    found = await match_people(
        sessions, read_name("position", position), rates, answers=_answers(fit), after=_place(purpose, cursor), limit=limit
    )
    return {"position_id": found.of, **_page(found, purpose, [_person(one) for one in found.items])}


@router.get("/v1/candidates/{candidate}/matches", response_model=PositionMatches, tags=["candidates"], responses=MOVED)
async def list_positions_that_match(
    candidate: CandidateName,
    request: Request,
    _: Reader,
    sessions: SessionsDep,
    rates: RatesDep,
    *,
    fit: Fit = "met",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Open positions whose requirements the person meets, for a recruiter who advises, with what is missing."""
    purpose = f"positions that match {candidate} {fit}"
    found = await match_positions(
        sessions, read_name("candidate", candidate), rates, answers=_answers(fit), after=_place(purpose, cursor), limit=limit
    )
    if isinstance(found, Redirected):
        return redirect(request, found)
    return {"candidate_id": found.of, **_page(found, purpose, [_position(one) for one in found.items])}


def _answers(fit: Fit) -> Collection[Answer]:
    return FITTING if fit == "met" else POSSIBLE


def _place(purpose: str, cursor: str | None) -> Rank | None:
    if cursor is None:
        return None
    return decode_cursor(purpose, cursor, lambda *rank: (int(rank[0]), int(rank[1]), int(rank[2]), str(UUID(rank[3]))))


def _page(found: Matches, purpose: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    cursor = encode_cursor(purpose, list(found.last)) if found.last is not None else None
    return {"items": items, "total": found.total, "total_is_capped": found.is_capped, "next_cursor": cursor}


def _person(match: Match) -> dict[str, Any]:
    shown = {name: match.candidate[name] for name in ("references", "name", "title", "level", "market_status")}
    return {"candidate_id": match.candidate_id, **shown, **_answered(match)}


def _position(match: Match) -> dict[str, Any]:
    shown = {name: match.position[name] for name in ("references", "title", "level", "status")}
    return {"position_id": match.position_id, **shown, **_answered(match)}


def _answered(match: Match) -> dict[str, Any]:
    parts = {
        name: [{"text": text, "answer": one.answer, "why": one.why} for text, one in match.texts(name)]
        for name in ("requirements", "needs")
    }
    return {
        **parts,
        "needs_met": match.needs_met,
        "missing": match.missing,
        "salary": match.salary.answer,
        "salary_why": match.salary.why,
        "place": match.place,
    }
