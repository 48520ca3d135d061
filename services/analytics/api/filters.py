"""The query parameters of a funnel: its span of time, and every dimension as a filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import Depends, Query

from services.analytics.dimensions import DIMENSIONS, FILTERS
from services.analytics.domain.questions import View
from shared import clock
from shared.errors import Invalid
from shared.timestamps import DayOrMoment, Moment, end_of, written


@dataclass(frozen=True, slots=True)
class Span:
    """Which view, of which span of time, seen from when. Times in UTC."""

    view: View
    since: datetime | None
    before: datetime | None
    as_of: datetime | None


ViewParameter = Annotated[View, Query(description="By the cohort of attempts, or by the day of what is counted.")]
SinceParameter = Annotated[
    Moment | None, Query(alias="from", description="A time, or a day in the organisation's zone; included.")
]
ToParameter = Annotated[
    DayOrMoment | None, Query(description="A day in the organisation's zone, which is included, or a time, which is not.")
]


async def _span(
    view: ViewParameter = View.COHORT,
    since: SinceParameter = None,
    to: ToParameter = None,
    as_of: Annotated[
        Moment | None, Query(description="Count only what had happened by then. Default: now, which is the fastest.")
    ] = None,
) -> Span:
    return _checked(view, since, to, as_of)


async def _span_until(
    view: ViewParameter = View.COHORT,
    since: SinceParameter = None,
    to: ToParameter = None,
    until: Annotated[
        Moment | None, Query(description="Count only what had happened by then. Default: now, which is the fastest.")
    ] = None,
) -> Span:
    if until is not None and until > (now := clock.now()):
        raise Invalid.of("until", f"must not lie in the future: it is {written(now)} now")
    return _checked(view, since, to, until)


def _checked(view: View, since: datetime | None, to: date | datetime | None, as_of: datetime | None) -> Span:
    before = None if to is None else end_of(to)
    if since is not None and before is not None and (since > before or (since == before and not isinstance(to, datetime))):
        raise Invalid.of("to", "must not be before from")
    return Span(view, since, before, as_of)


DimensionName: Any = StrEnum("Dimension", {one.name: one.name for one in DIMENSIONS})  # type: ignore[misc]  # the registry's
"""The names of dimensions."""


async def _filters(**given: Any) -> Mapping[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None}


# What FastAPI reads the parameters from: one for each dimension of the registry.
_filters.__signature__ = Signature(  # type: ignore[attr-defined]  # a function may have one
    [
        Parameter(
            one.name,
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[one.type | None, Query(description=one.question)],
        )
        for one in FILTERS
    ]
)

SpanDep = Annotated[Span, Depends(_span)]
SpanUntilDep = Annotated[Span, Depends(_span_until)]
FiltersDep = Annotated[Mapping[str, str], Depends(_filters)]
