"""/v1/candidates/{candidate}/vetting: who was looked into, how, by whom, and until when that holds."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.candidate_bodies import CandidateVetting, vetting_shown
from services.candidates.api.candidates import MOVED, Writer
from services.candidates.api.dependencies import CandidateName, current_time, observed_or_now, redirect
from services.candidates.domain.vetting import HOLDS_FOR, Method, Vetting
from services.candidates.use_cases.vetting import vet
from services.candidates.use_cases.views import Redirected
from shared.errors import Invalid
from shared.events.fields import Code
from shared.naming import read_name
from shared.timestamps import Moment
from shared.web.dependencies import SessionsDep
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=StrictRoute)


class NewVetting(BaseModel):
    """That a person is vetted."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"methods": ["interview", "references"], "recruiter": "maria"}]},
    )

    methods: Annotated[
        list[Method], Field(min_length=1, max_length=3, description="How they were looked into.", examples=[["interview"]])
    ]
    recruiter: Annotated[
        Code | None, Field(description="Who did; default: whom the token acts as, else its name.", examples=["maria"])
    ] = None
    vetted_at: Annotated[Moment | None, Field(description="When; default, and latest: now.")] = None
    valid_until: Annotated[
        Moment | None, Field(description=f"Until when it holds; default: {HOLDS_FOR.days} days after vetted_at.")
    ] = None

    def made(self, by: str, now: datetime) -> Vetting:
        """The vetting. Raises Invalid where it ends before it begins."""
        vetted_at = observed_or_now(self.vetted_at, now)
        valid_until = self.valid_until or vetted_at + HOLDS_FOR
        if valid_until <= vetted_at:
            raise Invalid.of("valid_until", "must be later than vetted_at")
        return Vetting(tuple(sorted(set(self.methods))), by, vetted_at, valid_until, now)


class VettedCandidate(CandidateVetting):
    """A person who is vetted."""

    candidate_id: Annotated[UUID, Field(description="The person.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"])]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]


@router.put("/{candidate}/vetting", response_model=VettedCandidate, responses=MOVED)
async def put_vetting(
    candidate: CandidateName, body: NewVetting, request: Request, principal: Writer, sessions: SessionsDep
) -> Any:
    """Say that a person is vetted: who looked into them, when, by what, and until when that holds.

    It takes the place of what was said of the person before, by whichever name, and ends by the clock. People who part have
    what was said last of each.
    `vetted=true` finds who is vetted now, in searches and in the rules of pools.
    """
    now = current_time()
    made = body.made(principal.acting_as(body.recruiter) or principal.identity, now)
    person = await vet(sessions, read_name("candidate", candidate), made, now=now)
    if isinstance(person, Redirected):
        return redirect(request, person)
    shown = vetting_shown(made)
    return {"candidate_id": person[0].id, "references": (person[0].record or {})["references"], **(shown or {})}


@router.delete("/{candidate}/vetting", status_code=204, response_class=Response, responses=MOVED)
async def delete_vetting(candidate: CandidateName, request: Request, _: Writer, sessions: SessionsDep) -> Response:
    """Take back that a person is vetted."""
    person = await vet(sessions, read_name("candidate", candidate), None, now=current_time())
    return redirect(request, person) if isinstance(person, Redirected) else Response(status_code=204)
