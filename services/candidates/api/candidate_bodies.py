"""Bodies of /v1/candidates."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.candidates.api.bodies import (
    Emails,
    Line,
    Links,
    Location,
    OtherReference,
    Patch,
    Phones,
    RefusedField,
    Salary,
    Skills,
    change_shown,
)
from services.candidates.domain.contact import e164
from services.candidates.domain.content import ATTRIBUTES, CONTACT_DETAILS
from services.candidates.domain.vetting import Method, Vetting
from services.candidates.use_cases.changes import Changed
from services.candidates.use_cases.search_candidates import Match
from services.candidates.use_cases.views import CandidateView, StatedValue
from shared.errors import FieldError
from shared.events.fields import Code, Years
from shared.events.vocabulary import Level, MarketStatus, Tier
from shared.security.auth import Forbidden, Principal
from shared.timestamps import Moment, TimeZone, written

_EXAMPLE: dict[str, Any] = {
    "name": "Ada Byron",
    "emails": ["ada@example.com"],
    "title": "Staff engineer",
    "location": {"country": "GB", "city": "London"},
    "level": "staff",
    "skills": ["python", "kafka"],
    "market_status": "passive",
    "salary": {"amount": 92000, "currency": "EUR"},
}


def _attributes(sent: object, info: ValidationInfo) -> object:
    """Attributes with the keys that are allowed; null clears all of them."""
    keys: Collection[str] = (info.context or {}).get("attributes", ())
    if sent is None:
        return dict.fromkeys(keys)
    if not isinstance(sent, dict) or not (unknown := sent.keys() - keys):
        return sent
    known = f"the keys are {', '.join(sorted(keys))}" if keys else "no keys are set"
    rule = PydanticCustomError("value_error", "{rule}", {"rule": f"is not an attribute that is recorded here: {known}"})
    raise ValidationError.from_exception_data(
        "attributes", [InitErrorDetails(type=rule, loc=(key,), input=None) for key in sorted(unknown)]
    )


class CandidatePatch(Patch):
    """What a source states of a person. Absent fields keep their value, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"references": ["linkedin:ada-byron"]}]})

    name: Line | None = None
    references: Annotated[
        list[OtherReference],
        Field(max_length=50, description="Further references of the same person; adds links, DELETE undoes one."),
    ] = []
    emails: Emails | None = None
    phones: Phones | None = None
    links: Links | None = None
    time_zone: TimeZone | None = None
    location: Location | None = None
    company: Line | None = None
    title: Line | None = None
    level: Level | None = None
    years_experience: Years | None = None
    skills: Skills | None = None
    market_status: MarketStatus | None = None
    salary: Salary | None = None
    tier: Tier | None = None
    attributes: Annotated[
        dict[str, Code | None] | None,
        BeforeValidator(_attributes),
        Field(description="What the team records to look at fairness: codes, by a key that is set. Needs attributes:write."),
    ] = None
    observed_at: Annotated[Moment | None, Field(description="When this was so; default: now.")] = None

    def fields(self) -> dict[str, Any]:
        """The fields that are stated, as JSON values."""
        return self.model_dump(mode="json", exclude={"references", "observed_at"}, exclude_unset=True)


class LearnedFacts(BaseModel):
    """What the system learned from events, outside of the ETag."""

    market_status: MarketStatus | None
    market_status_at: datetime | None
    last_contact_at: datetime | None
    last_response_at: datetime | None


class CandidateVetting(BaseModel):
    """How somebody of the team looked into a person, and until when that holds."""

    methods: Annotated[list[Method], Field(description="How.", examples=[["interview", "references"]])]
    recruiter: Annotated[str, Field(description="Who did.", examples=["maria"])]
    vetted_at: Annotated[datetime, Field(description="When, in UTC.", examples=["2026-03-02T09:15:00Z"])]
    valid_until: Annotated[
        datetime, Field(description="Until when it holds, in UTC; over where that has passed.", examples=["2027-03-02T09:15:00Z"])
    ]


class ListEntry(BaseModel):
    """An item of a list, and which source states it."""

    value: str
    source: str


class FieldSource(BaseModel):
    """Whose statement of a field counts."""

    source: Annotated[str, Field(description="The source of the reference that stated it.", examples=["greenhouse"])]
    since: Annotated[datetime, Field(description="Since when it has stated this without a break.")]


class MatchedValue(BaseModel):
    """A value of a record that matched a search."""

    field: Annotated[
        Literal["name", "title", "company", "skills", "location.city", "past", "insights", "notes"],
        Field(description="Where it stands; past: a title or company of the history.", examples=["title"]),
    ]
    text: Annotated[str, Field(description="The value.", examples=["Backend engineer"])]
    spans: Annotated[
        list[tuple[int, int]],
        Field(description="Where the words stand in it: from and to, in characters (code points).", examples=[[[8, 16]]]),
    ]


class Candidate(BaseModel):
    """A person's record. Without the scope contact_details:read, e-mail addresses, phone numbers and links are left out."""

    id: UUID
    person_id: UUID
    references: list[str]
    name: str | None
    emails: list[str] = []
    phones: Annotated[
        list[str],
        Field(description="In E.164, or the digits of a national number whose country is not known; extensions behind ;ext=."),
    ] = []
    phones_e164: Annotated[
        list[str | None], Field(description="The same without extensions; null where the country is not known.")
    ] = []
    links: list[str] = []
    contact_details_hidden: bool
    time_zone: str | None
    location: Location | None
    company: str | None
    title: str | None
    level: Level | None
    years_experience: float | None
    skills: list[str]
    market_status: MarketStatus | None
    salary: Salary | None
    tier: Tier | None
    attributes: Annotated[dict[str, str], Field(description="Needs attributes:read.")] = {}
    learned: LearnedFacts
    vetting: Annotated[
        CandidateVetting | None, Field(description="Null for who was never vetted. No part of the ETag.", examples=[None])
    ]
    entries: Annotated[
        dict[str, list[ListEntry]],
        Field(description="Items of lists with their sources: linked references join their lists."),
    ] = {}
    sources: Annotated[
        dict[str, FieldSource],
        Field(
            description="Of one record: whose statement counts, by the path of each field with a value. No part of the ETag.",
            examples=[{"title": {"source": "greenhouse", "since": "2026-03-02T09:15:00Z"}}],
        ),
    ] = {}
    matched: Annotated[list[MatchedValue], Field(description="Only with q. What matched the words.")] = []
    after: str
    after_each: Annotated[
        list[str], Field(description="After linking or its undoing: what to wait for so that all streams have followed.")
    ]


class ChangedCandidate(Candidate):
    """A person's record after a change."""

    ignored: Annotated[
        list[str], Field(description="Fields whose value is another than was sent: what counts is newer. The history has both.")
    ]
    refused: Annotated[list[RefusedField], Field(description="With on_invalid=skip: what was left out, and why.")]


class CandidateBatchItem(CandidatePatch):
    """A change of one candidate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"candidate": "demo:ada", **_EXAMPLE}]})

    candidate: Annotated[str, Field(description="id or <source>:<external_id>", examples=["greenhouse:53883394"])]

    def fields(self) -> dict[str, Any]:
        """The fields that are stated, as JSON values."""
        return self.model_dump(mode="json", exclude={"candidate", "references", "observed_at"}, exclude_unset=True)


class CandidateBatchItemResult(BaseModel):
    """What came of an item: 201 or 200, or the problem that kept it out."""

    index: int
    status: int
    id: UUID | None = None
    references: list[str] | None = None
    after: str | None = None
    ignored: list[str] | None = None
    refused: list[RefusedField] | None = None
    problem: dict[str, Any] | None = None


class CandidateBatchResult(BaseModel):
    """What came of a batch, an item for each change, in order."""

    created: int
    updated: int
    invalid: Annotated[int, Field(description="Items that were not stored.")]
    items: list[CandidateBatchItemResult]


class GoneCandidate(BaseModel):
    """An id that has no record of its own now: erased, linked to another person, or parted and empty."""

    id: UUID
    erased: Annotated[bool, Field(description="Whether the person was erased on request.", examples=[False])]
    linked_to: Annotated[UUID | None, Field(description="The person that it belongs to now.")]


class CandidatePage(BaseModel):
    """People's records, in the order of their ids; with q= by relevance, ids= as asked for, updated_since= by change."""

    items: list[Candidate]
    next_cursor: str | None
    found: Annotated[
        dict[str, UUID | None],
        Field(description="Only with ids=. Whose record each name is; null where there is none, unknown or erased."),
    ] = {}
    gone: Annotated[
        list[GoneCandidate], Field(description="Only with updated_since=. Ids whose records are to be removed from a copy.")
    ] = []
    total: Annotated[int, Field(description="Only with q. How many were found.", examples=[12])] = 0
    total_is_capped: Annotated[
        bool, Field(description="Only with q. Whether there may be more: only so many are ranked.", examples=[False])
    ] = False
    found_by: Annotated[
        Literal["words", "beginnings", "names"],
        Field(
            description="Only with q. beginnings: no record has the words, in these the last one begins a word. names: nor that; "
            "these names are spelled alike.",
            examples=["words"],
        ),
    ] = "words"
    facets: Annotated[
        dict[Literal["level", "country", "market_status", "tier", "skill"], dict[str, int]],
        Field(
            description="Only with facets=true. How many of those found have each value, the most frequent first, at most 50 of "
            "each; of more than 1,000 found, of 1,000.",
            examples=[{"level": {"senior": 8, "staff": 4}, "country": {"DE": 12}, "market_status": {}, "tier": {}, "skill": {}}],
        ),
    ] = {}
    resume_cursor: Annotated[
        str | None,
        Field(
            description="Only with updated_since=. As cursor, at any later time: what changed after this page.", examples=[None]
        ),
    ] = None


class HistoryEntry(BaseModel):
    """What was stated of a field. ``confirmed_at``: until when the same was stated; ``counts``: it is the value now."""

    field: str
    value: Any
    source: str
    observed_at: datetime
    confirmed_at: datetime
    received_at: datetime
    counts: bool


class HistoryPage(BaseModel):
    """All that was stated, the latest observed first."""

    items: list[HistoryEntry]
    next_cursor: str | None


def demand_attributes_scope(sent: Any, principal: Principal) -> None:
    """Raise Forbidden for a change of attributes by a token that may not."""
    if isinstance(sent, dict) and "attributes" in sent and not principal.may("attributes:write"):
        raise Forbidden(f"The token {principal.name!r} lacks the scope attributes:write, which a change of attributes needs.")


def hidden_from(principal: Principal) -> frozenset[str]:
    """The fields that a token without their scope is not shown."""
    contact_details = frozenset() if principal.may("contact_details:read") else CONTACT_DETAILS
    return contact_details if principal.may("attributes:read") else contact_details | ATTRIBUTES


def change_answered(done: Changed[CandidateView], refused: Sequence[FieldError], hidden: Collection[str]) -> dict[str, Any]:
    """What a change ignored and refused; what was ignored of a hidden field would confirm a guess."""
    said = change_shown(done, refused)
    return said | {"ignored": [field for field in said["ignored"] if field.partition(".")[0] not in hidden]}


def shown(view: CandidateView, *, hidden: Collection[str]) -> dict[str, Any]:
    """A record as JSON values, without the fields ``hidden``."""
    record = {name: value for name, value in ({"attributes": {}} | view.record).items() if name not in hidden}
    if "phones" in record:
        record["phones_e164"] = e164(record["phones"], (record.get("location") or {}).get("country"))
    status = view.beside.learned.market_status
    learned = {
        "market_status": status[0] if status else None,
        "market_status_at": written(status[1] if status else None),
        "last_contact_at": written(view.beside.learned.last_contact_at),
        "last_response_at": written(view.beside.learned.last_response_at),
    }
    entries = {
        name: [{"value": one.value, "source": one.source} for one in found]
        for name, found in view.entries.items()
        if found and name not in hidden
    }
    sources = {
        name: {"source": one.source, "since": written(one.stated_at)}
        for name, one in view.sources.items()
        if name.partition(".")[0] not in hidden
    }
    body = {
        "id": str(view.id),
        "person_id": str(view.id),
        **record,
        "contact_details_hidden": not CONTACT_DETAILS.isdisjoint(hidden),
        "learned": learned,
        "vetting": vetting_shown(view.beside.vetting),
        "entries": entries,
        "sources": sources,
        "after": view.after,
        "after_each": view.after_each,
    }
    return {name: body[name] for name in Candidate.model_fields if name in body}


def vetting_shown(vetting: Vetting | None) -> dict[str, Any] | None:
    """How a person is vetted, as JSON values."""
    if vetting is None:
        return None
    return {
        "methods": list(vetting.methods),
        "recruiter": vetting.by,
        "vetted_at": written(vetting.vetted_at),
        "valid_until": written(vetting.valid_until),
    }


def matches_shown(matches: Sequence[Match]) -> list[dict[str, Any]]:
    """What matched a search as JSON values."""
    return [{"field": one.field, "text": one.text, "spans": one.spans} for one in matches]


def history_shown(entry: StatedValue) -> dict[str, Any]:
    """An entry of a history as JSON values."""
    return {
        "field": entry.field,
        "value": entry.value,
        "source": entry.source,
        "observed_at": written(entry.observed_at),
        "confirmed_at": written(entry.confirmed_at),
        "received_at": written(entry.received_at),
        "counts": entry.counts,
    }
