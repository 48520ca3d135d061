"""GET /v1/analytics/metrics: what is counted, and what it means."""

from typing import Annotated

from fastapi import APIRouter

from services.analytics.api.answers import MetricRegistry, registry
from services.analytics.api.representations import JSON_ALONE
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute, dependencies=[JSON_ALONE])


@router.get("/metrics")
async def list_metrics(_: Annotated[Principal, requires("analytics:read")], waited: WaitedDep) -> MetricRegistry:
    """Every metric: its name, the question it answers, its unit, its dimensions and its definition."""
    del waited
    return registry()
