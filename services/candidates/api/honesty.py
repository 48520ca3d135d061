"""/v1/positions/{position}/honesty: what people want to know of a position before they say yes."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.candidates.api.dependencies import PositionName
from services.candidates.api.positions import Reader
from services.candidates.domain.honesty import Part, honesty_of
from services.candidates.use_cases.read_positions import read_position
from shared.honesty import NO_WORKLOAD
from shared.ids import position_id
from shared.naming import read_name
from shared.web.dependencies import SessionsDep
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/positions", tags=["positions"], route_class=StrictRoute)


class HonestPart(BaseModel):
    """One thing that people want to know of a position."""

    part: Annotated[
        Part,
        Field(description="salary (both ends, with a currency), or the field of the record that says it.", examples=["workload"]),
    ]
    is_present: Annotated[bool, Field(description="Whether the record says it.", examples=[False])]
    says: Annotated[list[str], Field(description="What the record says of it.", examples=[[]])]
    advice: Annotated[str | None, Field(description="What to add; null where nothing is missing.", examples=[NO_WORKLOAD])]


class PositionHonesty(BaseModel):
    """Whether a position is described honestly."""

    position_id: Annotated[UUID, Field(description="The position.", examples=[str(position_id("demo:staff-engineer"))])]
    references: Annotated[list[str], Field(description="What senders call it.", examples=[["demo:staff-engineer"]])]
    is_honest: Annotated[bool, Field(description="Whether nothing is missing.", examples=[False])]
    parts: Annotated[list[HonestPart], Field(description="Salary, downsides, workload, next steps, and what they would do.")]


@router.get("/{position}/honesty", response_model=PositionHonesty)
async def check_honesty(position: PositionName, _: Reader, sessions: SessionsDep) -> Any:
    """Whether the record says what people want to know before they say yes, and what to add where it does not.

    A review of a pitch asks for the same, in the same words.
    """
    view = await read_position(sessions, read_name("position", position))
    parts = honesty_of(view.record)
    return {
        "position_id": view.id,
        "references": view.record["references"],
        "is_honest": all(one.is_present for one in parts),
        "parts": [asdict(one) | {"is_present": one.is_present} for one in parts],
    }
