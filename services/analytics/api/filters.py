"""The query parameters of a funnel: its span of time, and every dimension as a filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
    until: datetime | None


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
        Moment | None,
        Query(
            description="Count only what had been received by then: what the number was believed to be. Links, closings and what "
            "describes people are as they are known now. Default: now, which is the fastest."
        ),
    ] = None,
    until: Annotated[
        Moment | None,
        Query(description="Count only what had happened by then, whenever it was received. Default: now, which is the fastest."),
    ] = None,
) -> Span:
    now = clock.now()
    for name, moment in (("as_of", as_of), ("until", until)):
        if moment is not None and moment > now:
            raise Invalid.of(name, f"must not lie in the future: it is {written(now)} now")
    return span_of(view, since, to, as_of, until)


def span_of(
    view: View, since: datetime | None, to: DayOrMoment | None, as_of: datetime | None = None, until: datetime | None = None
) -> Span:
    """The span of these parameters. Raises Invalid where it ends before it begins."""
    before = None if to is None else end_of(to)
    if since is not None and before is not None and (since > before or (since == before and not isinstance(to, datetime))):
        raise Invalid.of("to", "must not be before from")
    return Span(view, since, before, as_of, until)


Filters = Mapping[str, tuple[str, ...]]
"""By the names of dimensions, the values of which one must be had."""

DimensionName: Any = StrEnum("Dimension", {one.name: one.name for one in DIMENSIONS})  # type: ignore[misc]  # the registry's
"""The names of dimensions."""


MOST_VALUES = 100
"""Values of one filter."""


async def _filters(**given: Any) -> Filters:
    return {name: tuple(dict.fromkeys(map(str, values))) for name, values in given.items() if values}


# What FastAPI reads the parameters from: one for each dimension of the registry.
_filters.__signature__ = Signature(  # type: ignore[attr-defined]  # a function may have one
    [
        Parameter(
            one.name,
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                list[one.type] | None,  # type: ignore[name-defined]  # the registry's
                Query(description=f"{one.question} Given several times, one of the values.", max_length=MOST_VALUES),
            ],
        )
        for one in FILTERS
    ]
)

SpanDep = Annotated[Span, Depends(_span)]
FiltersDep = Annotated[Filters, Depends(_filters)]
