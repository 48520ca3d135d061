"""GET /v1/returns: when, and on what change, we may come back to people after a soft no."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.plan_sentences import words_of
from services.engagement.domain.return_plans import PlanRow
from services.engagement.storage.positions import KnownPosition
from services.engagement.storage.return_plans import Place
from services.engagement.use_cases.list_returns import list_returns
from shared import clock
from shared.attempts import CloseKind
from shared.events.vocabulary import Reason, Trigger
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/returns", tags=["returns"], route_class=StrictRoute)


class ReturnCondition(BaseModel):
    """One reason of the no, which must be met before we come back."""

    reason: Reason = Field(description="Why.", examples=["salary"])
    facts: dict[str, Any] = Field(description="What was stored with it.", examples=[{"asked": 85000, "currency": "EUR"}])
    condition: str | None = Field(
        description='Which position meets it, to follow "once"; null where time and news alone do.',
        examples=["a position pays 85,000 EUR"],
    )
    due_at: datetime | None = Field(
        description="When time alone meets it (UTC); null where only a position does.", examples=["2026-08-29T09:15:00Z"]
    )
    position_from: datetime | None = Field(
        description="A position meets it no earlier (UTC); null: as soon as it is open.", examples=[None]
    )
    met: bool = Field(description="Whether time has met it by now.", examples=[False])


class ReturnPlan(BaseModel):
    """One soft no, and when and by what the person comes back."""

    candidate_id: UUID = Field(description="The person's.", examples=["4f6f0c57-0c7a-5a5e-8c7e-0f0b6c5f3a11"])
    references: list[str] = Field(description="What senders call the person.", examples=[["greenhouse:53883394"]])
    position_id: UUID = Field(description="Which pursuit ended.", examples=["8f2274f7-74d1-5b7a-afff-99f71a18b754"])
    position_references: list[str] = Field(description="What senders call the position.", examples=[["greenhouse:107761"]])
    position_title: str | None = Field(description="Null until the position's record has one.", examples=["Staff engineer"])
    attempt: int = Field(description="Which attempt of the pursuit, from 1.", examples=[1])
    close: CloseKind = Field(description="How it ended.", examples=["declined"])
    reason: Reason = Field(description="Why it ended.", examples=["salary"])
    closed_at: datetime = Field(description="When it ended (UTC).", examples=["2026-03-02T09:15:00Z"])
    conditions: list[ReturnCondition] = Field(
        description="What must be met, the close's own reason first; all of them must be, by time or by a position."
    )
    due_at: datetime | None = Field(
        description="When the person comes back, or came back (UTC); null where only news or a position does it.",
        examples=["2026-08-29T09:15:00Z"],
    )
    trigger: Trigger | None = Field(description="By what they come back at due_at; null with it.", examples=["time"])
    sentence: str = Field(
        description="The plan in words.",
        examples=[
            "Declined for salary at 85,000 EUR in March 2026; comes back on 29 August 2026 or once a position pays 85,000 EUR."
        ],
    )


class ReturnPage(BaseModel):
    """Plans, by person, position and attempt."""

    items: list[ReturnPlan]
    next_cursor: str | None = Field(description="Null on the last page.", examples=[None])


@router.get("")
async def list_return_plans(
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    candidate: Annotated[str | None, Query(description="id or reference", examples=["demo:ada"])] = None,
    position: Annotated[str | None, Query(description="id or reference of the position that the no was about")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query()] = None,
) -> ReturnPage:
    """The return plan of every soft no that lives: of a candidate, of a position, of both or of all."""
    person = None if candidate is None else read_name("candidate", candidate).id
    of_position = None if position is None else read_name("position", position).id
    purpose = f"returns:{person}:{of_position}"
    after = None if cursor is None else decode_cursor(purpose, cursor, _place)
    found = await list_returns(sessions, candidate=person, position=of_position, after=after, limit=limit)
    now = clock.now()
    return ReturnPage(
        items=[
            shown_plan(plan, found.references.get(plan.person_id, []), found.positions.get(plan.position_id), settings.zone, now)
            for plan in found.plans
        ],
        next_cursor=None if found.following is None else encode_cursor(purpose, [str(part) for part in found.following]),
    )


def _place(person: str, position: str, attempt: str) -> Place:
    return Place(UUID(person), UUID(position), int(attempt))


def shown_plan(plan: PlanRow, references: list[str], position: KnownPosition | None, zone: ZoneInfo, now: datetime) -> ReturnPlan:
    """A plan as the API shows it at ``now``."""
    words = words_of(plan, zone=zone, now=now)
    return ReturnPlan(
        candidate_id=plan.person_id,
        references=references,
        position_id=plan.position_id,
        position_references=[] if position is None else position.references,
        position_title=None if position is None else position.title,
        attempt=plan.attempt,
        close=plan.kind,
        reason=plan.conditions[0].reason,
        closed_at=plan.closed_at,
        conditions=[
            ReturnCondition(
                reason=one.reason,
                facts=one.facts.model_dump(mode="json", exclude_none=True),
                condition=in_words or None,
                due_at=one.due_at,
                position_from=one.position_from,
                met=one.is_due(now),
            )
            for one, in_words in zip(plan.conditions, words.conditions, strict=True)
        ],
        due_at=plan.due_at,
        trigger=plan.trigger,
        sentence=words.sentence,
    )
