"""What other services may know of a record: the snapshots on the compacted topics. No personal data."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.contact import is_linkedin
from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.learning import Learned
from services.candidates.domain.registers import Heads
from services.candidates.domain.spans import Openings
from shared.events import CandidateChanged, Event, EventData, PositionChanged
from shared.events.snapshots import Span, WorkPlace
from shared.events.vocabulary import Channel, MarketStatus
from shared.ids import derived_id
from shared.skills import folded, skill_keys

SOURCE = "rekindle"
_TELEPHONE = (Channel.PHONE, Channel.SMS, Channel.WHATSAPP)
"""What a telephone number is an address of."""


def snapshot_id(stream: UUID, version: int) -> UUID:
    """The id that a version of a stream's snapshot has on the bus, however often it is published."""
    return derived_id(f"snapshot:{stream}:{version}")


def snapshot_event(stream: UUID, version: int, data: EventData, *, now: datetime, traceparent: str | None) -> Event:
    """A version of a stream's snapshot as it is published. Versions count from 1."""
    return Event.of(
        data,
        id=snapshot_id(stream, version),
        source=SOURCE,
        subject=stream,
        sequence=version,
        time=now,
        traceparent=traceparent,
    )


def market_status_of(heads: Heads, learned: Learned) -> MarketStatus | None:
    """What the record says or what events taught, whichever is newer."""
    stated = heads.get("market_status")
    taught = learned.market_status
    if taught is not None and (stated is None or stated.value is None or taught[1] > stated.observed_at):
        return taught[0]
    return MarketStatus(stated.value) if stated is not None and stated.value is not None else None


def candidate_snapshot(
    stream: UUID, person: UUID, values: Mapping[str, Any], market_status: MarketStatus | None
) -> CandidateChanged:
    """The snapshot of a stream. ``values`` are the person's: all of its streams say the same of it."""
    return CandidateChanged(
        candidate_id=stream,
        person_id=person,
        country=values.get("location.country"),
        time_zone=values.get("time_zone"),
        level=values.get("level"),
        years_experience=values.get("years_experience"),
        skills=skill_keys(values.get("skills", [])),
        market_status=market_status,
        tier=values.get("tier"),
        salary_amount=values.get("salary.amount"),
        salary_currency=values.get("salary.currency"),
        channels=channels_of(values),
        attributes=CANDIDATE.members("attributes", values) or None,
    )


def channels_of(values: Mapping[str, Any]) -> list[Channel]:
    """The channels on which a person with these values can be reached."""
    addresses = {Channel.EMAIL: values.get("emails"), **dict.fromkeys(_TELEPHONE, values.get("phones"))}
    found = {channel for channel, known in addresses.items() if known}
    if any(is_linkedin(link) for link in values.get("links", [])):
        found.add(Channel.LINKEDIN)
    return sorted(found)


def _places(locations: Sequence[Mapping[str, Any]]) -> list[WorkPlace]:
    """The places, each once, in an order that does not depend on the record's."""
    named = {(one.get("country") or "", folded(one.get("city") or "")) for one in locations}
    return [WorkPlace(country=country or None, city=city or None) for country, city in sorted(named) if country or city]


def position_snapshot(position: UUID, reference: str, values: Mapping[str, Any], openings: Openings) -> PositionChanged:
    """The snapshot of a position. Free text but the title stays here."""
    places = values.get("locations", [])
    return PositionChanged(
        position_id=position,
        reference=reference,
        title=values.get("title"),
        status=openings.status,
        spans=[Span(opened_at=span.opened_at, closed_at=span.closed_at) for span in openings.spans],
        sponsor=values.get("sponsor"),
        level=values.get("level"),
        skills=skill_keys(values.get("skills", [])),
        years_experience=values.get("years_experience"),
        remote=values.get("remote"),
        countries=sorted({place["country"] for place in places if place.get("country")}),
        cities=sorted({folded(place["city"]) for place in places if place.get("city")}),
        locations=_places(places),
        salary_min=values.get("salary.min"),
        salary_max=values.get("salary.max"),
        salary_currency=values.get("salary.currency"),
        requirements=values.get("requirements", []),
        needs=values.get("needs", []),
        employment=values.get("employment"),
        starts_on=values.get("starts_on"),
        ends_on=values.get("ends_on"),
    )
