"""/v1/retention: whose time is over, who was asked whether they may be kept, and who goes."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.candidates import MOVED, Reader
from services.candidates.api.dependencies import (
    CandidateName,
    Cursor,
    FileStoreDep,
    Limit,
    SettingsDep,
    current_time,
    observed_or_now,
    redirect,
)
from services.candidates.api.erasures import Eraser as MayErase
from services.candidates.api.insights import Learner
from services.candidates.domain.retention import Bond, RetentionPolicy, State, may_go
from services.candidates.use_cases.retention import DuePage, DuePerson, Eraser, list_due, note_question
from services.candidates.use_cases.views import Redirected
from shared.events.fields import Code
from shared.ids import candidate_id
from shared.naming import read_name
from shared.timestamps import Moment
from shared.web.dependencies import SessionsDep, of_state
from shared.web.idempotency import IdempotentRoute, name_people
from shared.web.pagination import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/retention", tags=["retention"], route_class=IdempotentRoute)

PolicyDep = Annotated[RetentionPolicy, Depends(of_state("retention", RetentionPolicy))]

_CANDIDATE = Field(description="The person.", examples=[str(candidate_id("demo:ada"))])
_REFERENCES = Field(description="What senders call the person.", examples=[["demo:ada"]])
_ASKED_AT = Field(description="When they were last asked whether they may be kept; null: never.", examples=[None])
_ASKED_BY = Field(description="Who asked.", examples=["maria"])
_DUE_AT = Field(description="When their time is over.", examples=["2027-03-02T09:00:00Z"])
_RULE = Field(description="The name of the rule that concerns them.", examples=["Never contacted"])
_MORE = Field(
    description="As cursor: the next page, also where this one holds fewer than asked for; null on the last.", examples=[None]
)


class DueForErasure(BaseModel):
    """A person whose time is over, or soon will be."""

    candidate_id: Annotated[UUID, _CANDIDATE]
    references: Annotated[list[str], _REFERENCES]
    rule: Annotated[str, _RULE]
    state: Annotated[State, Field(description="What has been between the person and us.", examples=["never_contacted"])]
    due_at: Annotated[datetime, _DUE_AT]
    sentence: Annotated[str, Field(description="The rule in words.", examples=["Never contacted: kept for 12 months after ..."])]
    keeps: Annotated[list[str], Field(description="What would keep them longer.", examples=[["an answer from them"]])]
    can_be_asked: Annotated[bool, Field(description="Whether an address, telephone or profile is known.", examples=[True])]
    asked_at: Annotated[datetime | None, _ASKED_AT]
    asked_by: Annotated[str | None, _ASKED_BY]
    may_go_at: Annotated[
        datetime | None,
        Field(
            description="From when they may be erased: when their time and that for an answer are over; null: ask them first, or"
            " something else keeps them.",
            examples=[None],
        ),
    ]
    kept_for: Annotated[
        Bond | None,
        Field(
            description="What keeps them whatever their time: `in_play`, a pursuit is open; `hired`, by us; null: nothing.",
            examples=[None],
        ),
    ]


class DueForErasurePage(BaseModel):
    """People whose time is over, or soon will be, in the order of their ids."""

    items: Annotated[list[DueForErasure], Field(description="People who are due.")]
    next_cursor: Annotated[str | None, _MORE]


class RetentionQuestion(BaseModel):
    """That somebody asked a person whether they may be kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"recruiter": "maria"}]})

    at: Annotated[Moment | None, Field(description="When; default: now. Ahead of now counts as now.", examples=[None])] = None
    recruiter: Annotated[
        Code | None, Field(description="Who asked; default: whom the token acts as, else its name.", examples=["maria"])
    ] = None


class AskedPerson(BaseModel):
    """When a person was last asked whether they may be kept."""

    candidate_id: Annotated[UUID, _CANDIDATE]
    references: Annotated[list[str], _REFERENCES]
    asked_at: Annotated[datetime, Field(description="When they were asked.", examples=["2026-11-02T09:00:00Z"])]
    asked_by: Annotated[str, _ASKED_BY]


class RetentionErasures(BaseModel):
    """Whom to erase of those who are due."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"dry_run": True, "limit": 50}]})

    dry_run: Annotated[bool, Field(description="Say who would go, and erase nobody.", examples=[True])] = False
    limit: Annotated[int, Field(ge=1, le=100, strict=True, description="At most so many at once.", examples=[50])] = 50
    cursor: Annotated[str | None, Field(max_length=1000, description="next_cursor of the answer before.", examples=[None])] = None


class ErasedByRule(BaseModel):
    """A person who went, or would."""

    candidate_id: Annotated[UUID, _CANDIDATE]
    rule: Annotated[str, _RULE]
    due_at: Annotated[datetime, _DUE_AT]
    erasure_id: Annotated[
        UUID | None, Field(description="The erasure, which says who has confirmed it; null in a dry run.", examples=[None])
    ]


class ErasedByRulePage(BaseModel):
    """Who went, or would."""

    dry_run: Annotated[bool, Field(description="Whether nobody was erased.", examples=[True])]
    items: Annotated[list[ErasedByRule], Field(description="Those who went, in the order of their ids.")]
    next_cursor: Annotated[str | None, _MORE]


@router.get("", response_model=DueForErasurePage)
async def list_due_for_erasure(
    _: Reader,
    sessions: SessionsDep,
    policy: PolicyDep,
    *,
    rule: Annotated[str | None, Query(max_length=100, description="Those whom the rule of this name concerns.")] = None,
    asked: Annotated[bool | None, Query(description="Whether they were asked if they may be kept.", examples=[False])] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """People whose time is over or soon will be, by which rule, what would keep them, and whether they were asked.

    The rules are a file's. Nobody goes by being listed: somebody asks for it, or the clock does where a setting lets it.
    """
    purpose = f"retention {rule} {asked}"
    after = None if cursor is None else decode_cursor(purpose, cursor, UUID)

    def wanted(one: DuePerson) -> bool:
        was_asked = one.due.asked_at is not None
        return (rule is None or one.due.rule.name == rule) and (asked is None or asked == was_asked)

    page = await list_due(sessions, policy, wanted, after=after, limit=limit, now=current_time())
    return {"items": [_shown(one) for one in page.items], "next_cursor": _cursor(purpose, page)}


@router.post("/erasures", response_model=ErasedByRulePage)
async def erase_due(
    body: RetentionErasures,
    request: Request,
    principal: MayErase,
    sessions: SessionsDep,
    store: FileStoreDep,
    settings: SettingsDep,
    policy: PolicyDep,
) -> Any:
    """Erase people whose time is over and who did not answer, for good; or say who would go.

    Each goes as by `/v1/erasures`. Whoever can be reached and was not asked stays, and so does who is in play or was hired.
    """
    after = None if body.cursor is None else decode_cursor("retention erasures", body.cursor, UUID)
    now = current_time()
    page = await list_due(sessions, policy, lambda one: may_go(one.due, now), after=after, limit=body.limit, now=now)
    gone: dict[UUID, UUID] = {}
    if not body.dry_run:
        eraser = Eraser(sessions, store, policy, settings.erasure_services, settings.partitions)
        gone = await eraser.erase(page, requested_by=principal.identity, now=now)
    name_people(request, [one.person.candidate_id for one in page.items])
    items = [
        {
            "candidate_id": one.person.candidate_id,
            "rule": one.due.rule.name,
            "due_at": one.due.at,
            "erasure_id": gone.get(one.person.candidate_id),
        }
        for one in page.items
        if body.dry_run or one.person.candidate_id in gone
    ]
    return {"dry_run": body.dry_run, "items": items, "next_cursor": _cursor("retention erasures", page)}


@router.post("/{candidate}/asked", response_model=AskedPerson, responses=MOVED)
async def note_retention_question(
    candidate: CandidateName, body: RetentionQuestion, request: Request, principal: Learner, sessions: SessionsDep
) -> Any:
    """Note that somebody asked the person whether they may be kept. The time for an answer counts from the latest question."""
    now = current_time()
    by = principal.acting_as(body.recruiter) or principal.identity
    found = await note_question(sessions, read_name("candidate", candidate), at=observed_or_now(body.at, now), by=by)
    if isinstance(found, Redirected):
        return redirect(request, found)
    return {
        "candidate_id": found.candidate_id,
        "references": found.references,
        "asked_at": found.held.asked_at,
        "asked_by": found.asked_by,
    }


def _shown(one: DuePerson) -> dict[str, Any]:
    held, found = one.person.held, one.due
    return {
        "candidate_id": one.person.candidate_id,
        "references": one.person.references,
        "rule": found.rule.name,
        "state": held.state,
        "due_at": found.at,
        "sentence": found.sentence,
        "keeps": found.keeps,
        "can_be_asked": held.is_reachable,
        "asked_at": held.asked_at,
        "asked_by": one.person.asked_by,
        "may_go_at": found.may_go_at,
        "kept_for": held.bond,
    }


def _cursor(purpose: str, page: DuePage) -> str | None:
    return None if page.last is None else encode_cursor(purpose, [str(page.last)])
