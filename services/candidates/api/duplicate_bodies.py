"""The bodies of /v1/duplicates."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.bodies import Paragraph
from services.candidates.domain.duplicates.pairs import Decision
from services.candidates.domain.duplicates.score import Signal
from services.candidates.use_cases.duplicates import Preview, Suspicion
from shared.security.auth import Principal

_ID = "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"
Status = Literal["open", "not_the_same"]
_SHOWN = ("name", "title", "company", "location")


class DuplicateEvidence(BaseModel):
    """What speaks for two records being one person, or against it. It holds no value of anybody."""

    signal: Annotated[Signal, Field(description="What was compared. address_name: what stands before the @.", examples=["email"])]
    weight: Annotated[
        float,
        Field(
            description="In bits: with 1 more it is twice as likely that they are one person; negative against.", examples=[9.5]
        ),
    ]
    why: Annotated[str, Field(description="Why, as a clause.", examples=["the same mailbox"])]


class DuplicateLocation(BaseModel):
    """Where somebody lives."""

    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2.", examples=["DE"])]
    city: Annotated[str | None, Field(description="The city.", examples=["Berlin"])]


class DuplicateRecord(BaseModel):
    """One of the two; all but the ids needs candidates:read."""

    id: Annotated[UUID, Field(description="The person.", examples=[_ID])]
    references: Annotated[list[str], Field(description="What senders call them.", examples=[["demo:ada"]])]
    name: Annotated[str | None, Field(description="Their name.", examples=["Ada Byron"])]
    title: Annotated[str | None, Field(description="Their title.", examples=["Backend engineer"])]
    company: Annotated[str | None, Field(description="Their company.", examples=["Analytical"])]
    location: Annotated[DuplicateLocation | None, Field(description="Where they live.")]


class DuplicatePair(BaseModel):
    """Two people who may be one."""

    id: Annotated[UUID, Field(description="The pair; the same whenever the two are found.", examples=[_ID])]
    score: Annotated[float, Field(description="From 0 to 1: how likely they are one person.", examples=[0.981])]
    judgement: Annotated[
        Literal["likely", "possible"],
        Field(description="likely: a score of 0.9 or more. Nobody is merged unasked.", examples=["likely"]),
    ]
    status: Annotated[Status, Field(description="not_the_same: somebody said so.", examples=["open"])]
    evidence: Annotated[list[DuplicateEvidence], Field(description="What the score is made of, the heaviest first.")]
    candidates: Annotated[list[DuplicateRecord], Field(description="The two, that with the smaller id first.")]
    found_at: Annotated[datetime, Field(description="When they were found first, in UTC.", examples=["2026-03-02T09:15:00Z"])]


class DuplicatePage(BaseModel):
    """Pairs of people who may be one, the highest score first."""

    items: list[DuplicatePair]
    next_cursor: str | None


class PreviewedField(BaseModel):
    """A field of the merged record."""

    field: Annotated[str, Field(description="Its name; members of objects as location.city.", examples=["title"])]
    value: Annotated[Any, Field(description="The value that would count; null where it was cleared.", examples=["Engineer"])]
    source: Annotated[str, Field(description="The system that said so.", examples=["greenhouse"])]
    candidate_id: Annotated[UUID, Field(description="Of the two, whose record says so.", examples=[_ID])]
    other_value: Annotated[Any, Field(description="What the other record says.", examples=["Backend engineer"])]
    why: Annotated[str, Field(description="Why this value counts, as a clause.", examples=["it was so later"])]


class PreviewedItem(BaseModel):
    """An item of a list of the merged record."""

    value: Annotated[str, Field(description="The item.", examples=["ada@example.org"])]
    source: Annotated[str, Field(description="The system that said so.", examples=["greenhouse"])]
    candidate_ids: Annotated[list[UUID], Field(description="Who of the two has it.", examples=[[_ID]])]


class MergePreview(BaseModel):
    """What the record would be if the two were one person."""

    survivor: Annotated[UUID, Field(description="Who would stand for the person; a merge may ask for the other.", examples=[_ID])]
    fields: Annotated[list[PreviewedField], Field(description="Each field of which the two say anything.")]
    lists: Annotated[
        dict[str, list[PreviewedItem]],
        Field(description="Lists are joined: contact details and skills of both, by name.", examples=[{"skills": []}]),
    ]


class DuplicateDecision(BaseModel):
    """Somebody said that the two are not the same person."""

    reason: Annotated[str, Field(description="Why.", examples=["father and son"])]
    decided_by: Annotated[str, Field(description="Whose token it was.", examples=["maria"])]
    decided_at: Annotated[datetime, Field(description="When, in UTC.", examples=["2026-03-02T09:15:00Z"])]


class PreviewedPair(DuplicatePair):
    """A pair, with what would come of merging it."""

    preview: Annotated[MergePreview | None, Field(description="Needs candidates:read.")]
    decision: Annotated[
        DuplicateDecision | None, Field(description="Who said that they are not the same; null where nobody did.")
    ]


class Merge(BaseModel):
    """How to merge a pair."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    survivor: Annotated[
        UUID | None,
        Field(description="Who of the two stands for the person; by default the preview's survivor.", examples=[None]),
    ] = None


class Merged(BaseModel):
    """The two are one person."""

    candidate_id: Annotated[UUID, Field(description="Who stands for the person.", examples=[_ID])]
    merged_id: Annotated[
        UUID,
        Field(
            description="Who was merged. DELETE /v1/candidates/{candidate_id}/references/{merged_id} parts them as they were.",
            examples=[_ID],
        ),
    ]
    after_each: list[str]


class NotTheSame(BaseModel):
    """That two people are not the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[Paragraph, Field(description="Why they are not.", examples=["father and son"])]


class DuplicateScan(BaseModel):
    """How far the comparing is."""

    waiting: Annotated[int, Field(description="People who wait to be compared; 0 once all are.", examples=[0])]


def pair_shown(found: Suspicion, principal: Principal) -> dict[str, Any]:
    """A pair as JSON values."""
    pair, score = found.pair, found.pair.score
    may_read = principal.may("candidates:read")
    people = zip((pair.one, pair.other), found.records, strict=True)
    return {
        "id": pair.id,
        "score": score.value,
        "judgement": "likely" if score.is_likely else "possible",
        "status": "not_the_same" if pair.is_dismissed else "open",
        "evidence": [{"signal": one.signal, "weight": one.weight, "why": one.why} for one in score.evidence],
        "candidates": [_record_shown(person, record, may_read=may_read) for person, record in people],
        "found_at": found.found_at,
    }


def _record_shown(person: UUID, record: Mapping[str, Any], *, may_read: bool) -> dict[str, Any]:
    shown = {name: record.get(name) if may_read else None for name in _SHOWN}
    return {"id": person, "references": record["references"], **shown}


def preview_shown(found: Preview, principal: Principal, hidden: Collection[str]) -> dict[str, Any]:
    """A pair with its preview as JSON values, without the fields ``hidden``."""
    preview = {
        "survivor": found.survivor,
        "fields": [
            {
                "field": one.field,
                "value": one.value,
                "source": one.source,
                "candidate_id": one.stated_by,
                "other_value": one.other_value,
                "why": one.why,
            }
            for one in found.fields
            if one.field.partition(".")[0] not in hidden
        ],
        "lists": {
            name: [{"value": one.value, "source": one.source, "candidate_ids": one.of} for one in items]
            for name, items in found.lists.items()
            if name not in hidden
        },
    }
    return pair_shown(found.suspicion, principal) | {
        "preview": preview if principal.may("candidates:read") else None,
        "decision": None if found.decision is None else decision_shown(found.decision),
    }


def decision_shown(decision: Decision) -> dict[str, Any]:
    """A decision as JSON values."""
    return {"reason": decision.reason, "decided_by": decision.decided_by, "decided_at": decision.decided_at}
