"""Funnels as a table: a row for each number, so that a metric more is more rows and no other column."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from services.analytics.api.representations import Form, streamed
from services.analytics.api.tables import columns_of
from services.analytics.use_cases.read_funnel import Funnel


class FunnelRow(BaseModel):
    """One number of a funnel."""

    key: dict[str, str | None] = Field(description="The group's value of the dimension that was grouped by.")
    metric: str = Field(description="The name of the metric.", examples=["reached"])
    of: str | None = Field(description="Which of its numbers: a stage, an outcome, a reason; null where it has one.")
    value: float | None = Field(description="null where there is nothing to count or to divide by.")
    too_young: bool = Field(description="Whether the funnel takes in cohorts younger than the ghosting interval.")


async def streamed_funnels(
    form: Form, funnels: Sequence[Funnel], group_by: str | None, headers: Mapping[str, str]
) -> StreamingResponse:
    """Funnels in another form than JSON, one after the other, in their order."""
    columns = columns_of(FunnelRow, keys=[] if group_by is None else [group_by])
    return await streamed(form, _rows(funnels, group_by), columns, name="funnel", headers=headers)


async def _rows(funnels: Sequence[Funnel], group_by: str | None) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    for funnel in funnels:
        key = {} if group_by is None else {group_by: funnel.key}
        yield [
            {"key": key, "metric": metric, "of": of, "value": value, "too_young": funnel.too_young}
            for metric, of, value in _numbers(funnel)
        ]


def _numbers(funnel: Funnel) -> Iterator[tuple[str, str | None, float | None]]:
    for metric in (name for name in funnel.stages[0] if name != "stage"):
        yield from ((metric, stage["stage"], stage[metric]) for stage in funnel.stages)
    for metric, found in funnel.values.items():
        if isinstance(found, Mapping):
            yield from ((metric, of, value) for of, value in found.items())
        else:
            yield metric, None, found
