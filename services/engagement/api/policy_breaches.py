"""/v1/policy-breaches: contacts that broke a rule."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep
from services.engagement.domain.contact import Code as RuleCode
from services.engagement.domain.contact.breaches import breach_id
from services.engagement.storage.policy_breaches import WantedBreaches
from services.engagement.use_cases.list_policy_breaches import list_policy_breaches
from shared.events.fields import Code
from shared.events.vocabulary import Channel
from shared.ids import candidate_id, event_id, position_id
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.timestamps import DayOrMoment, end_of, read_moment
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/policy-breaches", tags=["policy breaches"], route_class=StrictRoute)

_MADE_BY = event_id("demo", "ada-contacted-again")
_EXAMPLE: dict[str, Any] = {
    "id": str(breach_id(_MADE_BY, RuleCode.TEAM_CAP)),
    "candidate_id": str(candidate_id("demo:ada")),
    "references": ["demo:ada"],
    "code": "team_cap",
    "sentence": "The team has contacted them once within 7 days, last on 2 March 2026 by maria.",
    "made_by": str(_MADE_BY),
    "made_at": "2026-03-04T09:15:00Z",
    "channel": "email",
    "recruiter": "jonas",
    "position_id": str(position_id("demo:staff-engineer")),
}


class PolicyBreach(BaseModel):
    """A rule that a contact broke, by the facts before it and the policy of its time."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    candidate_id: UUID = Field(description="the person's")
    references: list[str]
    code: RuleCode = Field(description="the rule, as contact checks name it", examples=["team_cap"])
    sentence: str = Field(description="why not, in words", examples=[_EXAMPLE["sentence"]])
    made_by: UUID = Field(description="the contact's id on the bus", examples=[_EXAMPLE["made_by"]])
    made_at: datetime = Field(description="when they were contacted", examples=["2026-03-04T09:15:00Z"])
    channel: Channel
    recruiter: str | None = Field(description="who contacted them; null where that is not known", examples=["jonas"])
    position_id: UUID | None


class PolicyBreachPage(BaseModel):
    """Breaches, the newest first."""

    items: list[PolicyBreach]
    next_cursor: str | None


@router.get("")
async def list_breaches(
    sessions: SessionsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    recruiter: Annotated[Code | None, Query(description="who contacted them")] = None,
    code: Annotated[RuleCode | None, Query(description="the rule that was broken")] = None,
    candidate: Annotated[str | None, Query(description="id or reference")] = None,
    since: Annotated[DayOrMoment | None, Query(alias="from", description="the first time or day of the contacts")] = None,
    until: Annotated[DayOrMoment | None, Query(alias="to", description="before this time, or up to the end of this day")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> PolicyBreachPage:
    """Contacts that broke a rule, the newest first. Nothing is refused for it; a fact that comes late can take one away."""
    of = None if candidate is None else read_name("candidate", candidate).id
    first = None if since is None else read_moment(since.isoformat())
    wanted = WantedBreaches(recruiter, code, first, None if until is None else end_of(until))
    purpose = f"policy breaches {wanted} {of}"
    before = None
    if cursor is not None:
        before = decode_cursor(purpose, cursor, lambda at, last: (datetime.fromisoformat(at), UUID(last)))
    shown, following = await list_policy_breaches(sessions, wanted, candidate=of, before=before, limit=limit)
    items = [
        PolicyBreach(
            id=one.breach.id,
            candidate_id=one.breach.person_id,
            references=list(one.references),
            code=one.breach.code,
            sentence=one.breach.why,
            made_by=one.breach.made_by,
            made_at=one.breach.made_at,
            channel=Channel(one.breach.channel),
            recruiter=one.breach.recruiter,
            position_id=one.breach.position_id,
        )
        for one in shown
    ]
    next_cursor = None if following is None else encode_cursor(purpose, [following[0].isoformat(), str(following[1])])
    return PolicyBreachPage(items=items, next_cursor=next_cursor)
