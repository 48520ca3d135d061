"""POST /v1/analytics/wait: read your own writes, for a whole batch."""

from typing import Annotated

from fastapi import APIRouter

from services.analytics.api.representations import JSON_ALONE
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaiterDep, WaitRequest, WaitResult, wait_for

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute, dependencies=[JSON_ALONE])


@router.post("/wait")
async def wait_for_events(
    body: WaitRequest, _: Annotated[Principal, requires("analytics:read")], waiter: WaiterDep
) -> WaitResult:
    """Answer once all are counted; 504 with what is missing. Changes nothing."""
    return await wait_for(waiter, body)
