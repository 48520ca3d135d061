"""POST /v1/events/wait: the queue and the pursuits follow what was posted, for a whole batch."""

from typing import Annotated

from fastapi import APIRouter

from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaiterDep, WaitRequest, WaitResult, wait_for

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=StrictRoute)


@router.post("/wait")
async def wait_for_queue(
    body: WaitRequest, _: Annotated[Principal, requires("engagement:read", "engagement:write")], waiter: WaiterDep
) -> WaitResult:
    """Answer once queue and pursuits have followed all of them; 504 with what is missing. Changes nothing."""
    return await wait_for(waiter, body)
