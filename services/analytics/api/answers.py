"""The bodies that analytics answers with; the funnel's is made from the registry of metrics."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.analytics.api.filters import DimensionName
from services.analytics.dimensions import DIMENSIONS
from services.analytics.domain.questions import View
from services.analytics.metrics import FUNNEL_METRICS, METRICS, STAGE_METRICS
from shared.events.vocabulary import Stage


class Freshness(BaseModel):
    """How far behind the numbers are, counting what the producers have not published yet."""

    model_config = ConfigDict(from_attributes=True)

    behind_events: int = Field(description="Events that are known and not counted yet.")
    behind_seconds: float = Field(
        description="For how long the oldest of them has waited, or a producer or the broker has been silent, in seconds."
    )
    uncertain_since: datetime | None = Field(
        None,
        description="Since when a producer or the broker has been silent, so that more events may exist than behind_events says. "
        "null while all of them report.",
    )


def _fields(metrics: Any) -> dict[str, Any]:
    return {one.name: (one.type, Field(description=f"{one.question} {one.definition}")) for one in metrics}


StageAnswer: Any = create_model(
    "FunnelStage",
    __doc__="One stage of a funnel: every metric that is per stage.",
    stage=(Stage, ...),
    **_fields(STAGE_METRICS),
)

Numbers: Any = create_model(
    "FunnelNumbers",
    __doc__="The numbers of one funnel: every metric of the registry.",
    stages=(list[StageAnswer], Field(description="All stages, in order.")),
    **_fields(FUNNEL_METRICS),
    too_young=(
        bool,
        Field(description="Whether it holds cohorts younger than the ghosting interval: silence there may still be answered."),
    ),
)

Group: Any = create_model(
    "FunnelGroup",
    __base__=Numbers,
    __doc__="The funnel of one value of the dimension that was grouped by.",
    key=(str | None, Field(description="The value; null where it is not known. A period is named by its first day.")),
)


class Asked(BaseModel):
    """What was asked, as it was understood."""

    view: View
    as_of: datetime = Field(description="Only what had been received by then is counted.")
    until: datetime | None = Field(None, description="Only what had happened by then is counted; null for all.")
    since: datetime | None = Field(None, serialization_alias="from", description="Where the span begins; included.")
    before: datetime | None = Field(None, serialization_alias="to", description="Where the span ends; not included.")


PositionFunnel: Any = create_model(
    "PositionFunnel",
    __base__=(Asked, Numbers),
    __doc__="The funnel of one position.",
    position_id=(UUID, ...),
    freshness=(Freshness, ...),
)

FILTERED_BY: Any = Field(
    description="The values of each dimension that was filtered by; one of them must be had.",
    examples=[{"via": ["linkedin", "referral"]}],
)

OrganisationFunnel: Any = create_model(
    "OrganisationFunnel",
    __base__=(Asked, Numbers),
    __doc__="The funnel over all positions, with filters.",
    filters=(dict[DimensionName, list[str]], FILTERED_BY),
    freshness=(Freshness, ...),
)


class GroupedFunnel(Asked):
    """The funnel of each value of a dimension: periods in order of time, others the largest first."""

    filters: dict[DimensionName, list[str]] = FILTERED_BY
    group_by: DimensionName
    groups: list[Group]
    freshness: Freshness


class MetricDescription(BaseModel):
    """One metric of the registry."""

    name: str
    question: str
    unit: str
    adds_up: str = Field(description="count, ratio (both sides are kept) or distribution.", examples=["ratio"])
    key: str | None = Field(description="What its rows tell apart beside the groups; null where it has one number.")
    per: str = Field(description="Where a funnel shows it. stage: a column of stages; funnel: a member; none: nowhere.")
    dimensions: list[str]
    definition: str
    formula: str = Field(
        description="The definition in counts of attempts.", examples=["count(outcome = hired) / count(attempts)"]
    )


class DimensionDescription(BaseModel):
    """One dimension of the registry."""

    name: str
    question: str
    of: str = Field(description="Whose it is: the attempt's, the person's or the position's; or the period.")


class MetricRegistry(BaseModel):
    """The registries of metrics and of dimensions."""

    items: list[MetricDescription]
    dimensions: list[DimensionDescription] = Field(description="What attempts can be filtered and grouped by.")


def registry() -> MetricRegistry:
    """Every metric, in the registry's order."""
    return MetricRegistry(
        items=[
            MetricDescription(
                name=one.name,
                question=one.question,
                unit=one.unit,
                adds_up=one.adds_up.kind,
                key=one.key,
                per=one.per,
                dimensions=list(one.dimensions),
                definition=one.definition,
                formula=one.formula,
            )
            for one in METRICS
        ],
        dimensions=[DimensionDescription(name=one.name, question=one.question, of=one.of) for one in DIMENSIONS],
    )
