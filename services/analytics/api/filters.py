"""The query parameters of a funnel: its span of time, and every dimension as a filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query

from services.analytics.domain.questions import Dimension, View
from shared.errors import Invalid
from shared.events.fields import PositionRef
from shared.events.vocabulary import Channel, Level, MarketStatus, SenderRole, Tier
from shared.timestamps import DayOrMoment, Moment, end_of

_Text = Annotated[str | None, Query(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Span:
    """Which view, of which span of time, seen from when. Times in UTC."""

    view: View
    since: datetime | None
    before: datetime | None
    as_of: datetime | None


async def _span(
    view: Annotated[View, Query(description="By the cohort of attempts, or by the day of what is counted.")] = View.COHORT,
    since: Annotated[
        Moment | None, Query(alias="from", description="A time, or a day in the organisation's zone; included.")
    ] = None,
    to: Annotated[
        DayOrMoment | None, Query(description="A day in the organisation's zone, which is included, or a time, which is not.")
    ] = None,
    as_of: Annotated[
        Moment | None, Query(description="Count only what had happened by then. Default: now, which is the fastest.")
    ] = None,
) -> Span:
    before = None if to is None else end_of(to)
    if since is not None and before is not None and (since > before or (since == before and not isinstance(to, datetime))):
        raise Invalid.of("to", "must not be before from")
    return Span(view, since, before, as_of)


async def _filters(
    position: Annotated[PositionRef | None, Query(description="Id or <source>:<external_id>.")] = None,
    recruiter: _Text = None,
    sender_role: Annotated[SenderRole | None, Query(description="Of the first touch.")] = None,
    via: _Text = None,
    origin: Literal["inbound", "outbound"] | None = None,
    channel: Annotated[Channel | None, Query(description="Of the first touch.")] = None,
    sponsor: Annotated[str | None, Query(min_length=1, max_length=100, description="Of the position.")] = None,
    skill: Annotated[str | None, Query(min_length=1, max_length=100, description="Of the person.")] = None,
    level: Annotated[Level | None, Query(description="Of the person.")] = None,
    location: Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="The person's country, ISO 3166-1 alpha-2.")] = None,
    tier: Annotated[Tier | None, Query(description="Of the person.")] = None,
    market_status: Annotated[MarketStatus | None, Query(description="Of the person.")] = None,
) -> Mapping[Dimension, str]:
    given: dict[Dimension, object] = {
        Dimension.POSITION: position,
        Dimension.RECRUITER: recruiter,
        Dimension.SENDER_ROLE: sender_role,
        Dimension.VIA: via,
        Dimension.ORIGIN: origin,
        Dimension.CHANNEL: channel,
        Dimension.SPONSOR: sponsor,
        Dimension.SKILL: skill,
        Dimension.LEVEL: level,
        Dimension.LOCATION: location,
        Dimension.TIER: tier,
        Dimension.MARKET_STATUS: market_status,
    }
    return {dimension: str(value) for dimension, value in given.items() if value is not None}


SpanDep = Annotated[Span, Depends(_span)]
FiltersDep = Annotated[Mapping[Dimension, str], Depends(_filters)]
