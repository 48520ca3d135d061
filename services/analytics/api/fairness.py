"""GET /v1/analytics/fairness: pass-through rates by an attribute that the team records."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.analytics.api.dependencies import SessionsDep, SettingsDep
from services.analytics.api.filters import FiltersDep, SinceParameter, ToParameter, ViewParameter, span_of
from services.analytics.api.funnels import question_of
from services.analytics.api.representations import JSON_ALONE
from services.analytics.domain.fairness import Cell
from services.analytics.domain.questions import View
from services.analytics.use_cases.read_fairness import read_fairness
from services.analytics.use_cases.read_metric import SMALL
from shared.events.vocabulary import Stage
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute, dependencies=[JSON_ALONE])


class FairnessRow(BaseModel):
    """The people with one value of the attribute at one stage."""

    stage: Stage = Field(description="The stage that they came to, or not.", examples=["interviewing"])
    value: str | None = Field(description="The value of the attribute; null where none is recorded.", examples=["f"])
    rate: float | None = Field(description="Which share came there from the stage before.", examples=[0.4])
    n: int | None = Field(description="How many could have come; null where suppressed.", examples=[60])
    low: float | None = Field(description="The lower end of Wilson's interval of 95 %.", examples=[0.29])
    high: float | None = Field(description="Its upper end.", examples=[0.53])
    small: bool = Field(description=f"Whether n is below {SMALL}: the rate may be chance.", examples=[False])
    suppressed: bool = Field(
        description="Whether the cell is not shown, because it holds so few people that it could name one, or because one that "
        "does could be computed from it.",
        examples=[False],
    )


class Fairness(BaseModel):
    """Pass-through rates by an attribute."""

    attribute: str = Field(description="The key of the attribute.", examples=["gender"])
    minimum: int = Field(description="Cells of fewer people are not shown.", examples=[10])
    rows: list[FairnessRow] = Field(description="Stages in order, of each the values.")


@router.get("/fairness")
async def get_fairness(
    _: Annotated[Principal, requires("attributes:read")],
    waited: WaitedDep,
    filters: FiltersDep,
    sessions: SessionsDep,
    settings: SettingsDep,
    attribute: Annotated[
        str,
        Query(pattern=r"^[\w.-]{1,100}$", description="The key of an attribute that candidates have.", examples=["gender"]),
    ],
    view: ViewParameter = View.COHORT,
    since: SinceParameter = None,
    to: ToParameter = None,
) -> Fairness:
    """Do people of every group pass from stage to stage alike? With sample size and interval, without cells of too few people.

    Attributes are no dimension: no metric is filtered by them, and no list of people.
    """
    del waited
    question = question_of(span_of(view, since, to), filters=filters)
    minimum = settings.fairness_minimum
    cells = await read_fairness(sessions, attribute, question, minimum=minimum, zone=settings.time_zone)
    return Fairness(attribute=attribute, minimum=minimum, rows=list(map(_row, cells)))


def _row(cell: Cell) -> FairnessRow:
    row = cell.row
    rate, low, high = (None, None, None) if row is None else (row.value, row.low, row.high)
    return FairnessRow(
        stage=Stage(cell.stage),
        value=cell.value,
        rate=None if rate is None else round(rate, 4),
        n=None if row is None else row.n,
        low=None if low is None else round(low, 4),
        high=None if high is None else round(high, 4),
        small=row is not None and row.n < SMALL,
        suppressed=row is None,
    )
