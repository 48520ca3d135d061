"""POST /v1/analytics/wait: read your own writes, for a whole batch."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import DEFAULT_WAIT, EXAMPLE, LONGEST_WAIT, MOST, WaiterDep, read_awaited

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute)

_Text = Annotated[str, Field(max_length=200)]


class WaitRequest(BaseModel):
    """What to wait for, and how long."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"after": [EXAMPLE], "wait": 10}]})

    after: list[_Text] = Field(
        max_length=MOST,
        description="The after of events and records.",
        examples=[[EXAMPLE]],
    )
    wait: float = Field(DEFAULT_WAIT, ge=0, le=LONGEST_WAIT, description="Seconds.", allow_inf_nan=False)


class WaitResult(BaseModel):
    """Everything is counted."""

    counted: int = Field(description="How many were waited for.")


@router.post("/wait")
async def wait_for_events(
    body: WaitRequest, _: Annotated[Principal, requires("analytics:read")], waiter: WaiterDep
) -> WaitResult:
    """Answer once all are counted; 504 with what is missing. Changes nothing."""
    awaited = read_awaited(body.after)
    await waiter.wait(awaited, seconds=body.wait)
    return WaitResult(counted=len(awaited))
