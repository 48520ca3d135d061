"""The bodies of /v1/pools."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.bodies import Line, Paragraph
from services.candidates.api.candidate_filters import PoolRule, rule_of
from services.candidates.domain.people import Stream
from services.candidates.storage.pools import MOST_COUNTED, Member, Pool
from shared.events.fields import Code, Flag

_POOL_ID = "3f0c5d0a-3d51-5a35-9d4e-4f1f5f2b7c11"
_PERSON_ID = "5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"
_RULE: dict[str, Any] = {"skill": ["python"], "level": "senior", "market_status": "open"}

_NAME = Field(description="What recruiters call it.", examples=["Senior Python, open to talk"])
_RULE_FIELD = Field(
    description="The saved search by which people are members; null where they are put in by hand alone.", examples=[_RULE]
)
_ALERT = Field(description="Whether somebody is to be alerted when a person enters: the event says so.", examples=[True])
_VETTED_ONLY = Field(description="Whether only vetted people are in it, by its rule and by hand alike.", examples=[False])
_REASON = Field(description="Why, in words.", examples=["Recommended by two former colleagues"])


class NewPool(BaseModel):
    """A pool to be made: a saved search, a list by hand, or both."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"name": "Senior Python, open to talk", "rule": _RULE}]}
    )

    name: Annotated[Line, _NAME]
    rule: Annotated[PoolRule | None, _RULE_FIELD] = None
    alert: Annotated[Flag, _ALERT] = False
    vetted_only: Annotated[Flag, _VETTED_ONLY] = False

    def made(self, pool: UUID, *, by: str, now: datetime) -> Pool:
        """The pool. Raises Invalid for a rule that contradicts itself."""
        rule = None if self.rule is None else rule_of(self.rule)
        return Pool(pool, self.name, rule, self.alert, by, now, now, vetted_only=self.vetted_only)


class PoolPatch(BaseModel):
    """What is to be changed of a pool; absent fields stay."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"alert": True}]})

    name: Annotated[Line | None, _NAME] = None
    rule: Annotated[PoolRule | None, _RULE_FIELD] = None
    alert: Annotated[Flag | None, _ALERT] = None
    vetted_only: Annotated[Flag | None, _VETTED_ONLY] = None

    def changes(self) -> dict[str, Any]:
        """What of a Pool is changed. Raises Invalid for a rule that contradicts itself."""
        changed: dict[str, Any] = {}
        if self.name is not None:
            changed["name"] = self.name
        if "rule" in self.model_fields_set:
            changed["rule"] = None if self.rule is None else rule_of(self.rule)
        if self.alert is not None:
            changed["is_alert"] = self.alert
        if self.vetted_only is not None:
            changed["vetted_only"] = self.vetted_only
        return changed


class CandidatePool(BaseModel):
    """A pool."""

    id: Annotated[UUID, Field(description="Of the pool.", examples=[_POOL_ID])]
    name: Annotated[str, _NAME]
    rule: Annotated[dict[str, Any] | None, _RULE_FIELD]
    alert: Annotated[bool, _ALERT]
    vetted_only: Annotated[bool, _VETTED_ONLY]
    members: Annotated[int, Field(description=f"How many are in it; of more than {MOST_COUNTED:,}, so many.", examples=[31])]
    status: Annotated[
        Literal["filling", "current"],
        Field(description="filling: not everybody has been compared with its rule yet.", examples=["current"]),
    ]
    created_by: Annotated[
        str, Field(description="Who made it: the recruiter whom the token acts as, else the token.", examples=["maria"])
    ]
    created_at: Annotated[datetime, Field(description="When it was made, in UTC.", examples=["2026-03-02T09:15:00Z"])]
    changed_at: Annotated[datetime, Field(description="When it was changed last, in UTC.", examples=["2026-03-02T09:15:00Z"])]


class PoolPage(BaseModel):
    """A page of pools."""

    items: list[CandidatePool]
    next_cursor: str | None


class PoolMember(BaseModel):
    """A member of a pool."""

    candidate_id: Annotated[UUID, Field(description="The person.", examples=[_PERSON_ID])]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]
    name: Annotated[str | None, Field(description="The person's name.", examples=["Ada Byron"])]
    by: Annotated[
        list[Literal["rule", "hand"]], Field(description="How the person is a member, one or both.", examples=[["rule"]])
    ]
    since: Annotated[datetime, Field(description="Since when, in UTC.", examples=["2026-03-02T09:15:00Z"])]
    reason: Annotated[str | None, Field(description="Why they were put in by hand; null where they were not.")]
    recruiter: Annotated[str | None, Field(description="Who put them in by hand; null where nobody did.", examples=["maria"])]


class PoolMemberPage(BaseModel):
    """A page of the members of a pool, who entered last first."""

    items: list[PoolMember]
    next_cursor: str | None


class PoolWord(BaseModel):
    """What is said by hand of a person and a pool. It counts more than the pool's rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[Paragraph, _REASON]
    status: Annotated[
        Literal["in", "out"], Field(description="in: a member. out: no member, whatever the rule says.", examples=["in"])
    ] = "in"
    recruiter: Annotated[
        Code | None, Field(description="Who says so; default: whom the token acts as, else its name.", examples=["maria"])
    ] = None


class PoolStanding(BaseModel):
    """Whether a person is in a pool."""

    pool_id: Annotated[UUID, Field(description="The pool.", examples=[_POOL_ID])]
    candidate_id: Annotated[UUID, Field(description="The person.", examples=[_PERSON_ID])]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]
    member: Annotated[PoolMember | None, Field(description="How they are a member; null where they are not.")]


def pool_shown(pool: Pool, members: int) -> dict[str, Any]:
    """A pool as JSON values."""
    return {
        "id": str(pool.id),
        "name": pool.name,
        "rule": None if pool.rule is None else pool.rule.given(),
        "alert": pool.is_alert,
        "vetted_only": pool.vetted_only,
        "members": members,
        "status": "current" if pool.filling_after is None else "filling",
        "created_by": pool.created_by,
        "created_at": pool.created_at,
        "changed_at": pool.changed_at,
    }


def member_shown(member: Member) -> dict[str, Any]:
    """A member as JSON values."""
    held = {"rule": member.membership.by_rule, "hand": member.membership.by_hand}
    return {
        "candidate_id": member.person,
        "references": list(member.references),
        "name": member.name,
        "by": [how for how, holds in held.items() if holds],
        "since": member.since,
        "reason": member.reason,
        "recruiter": member.by,
    }


def standing_shown(pool: UUID, person: Stream, member: Member | None) -> dict[str, Any]:
    """Whether a person is in a pool, as JSON values."""
    return {
        "pool_id": pool,
        "candidate_id": person.id,
        "references": (person.record or {})["references"],
        "member": None if member is None else member_shown(member),
    }
