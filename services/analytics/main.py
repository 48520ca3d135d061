"""The HTTP application of analytics: wiring only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from services.analytics.api import fairness, fit, funnels, members, metric_rows, metrics, waiting
from services.analytics.consumers import subscriptions
from services.analytics.domain.projector import GROUP, TOPICS
from services.analytics.settings import AnalyticsSettings
from services.analytics.storage import people_feed
from services.analytics.use_cases.check_drift import have_not_drifted, measure_drift
from services.analytics.use_cases.column_store import ColumnStore
from services.analytics.use_cases.read_fit import FitReader
from services.analytics.use_cases.read_freshness import FreshnessReader
from shared.db.engine import connect
from shared.inbox.waiter import ProjectionWaiter
from shared.observability.health import ServiceHealth
from shared.rate_table import rates_of
from shared.web.app import create_service_app
from shared.web.dead_letters import TAG as DEAD_LETTERS
from shared.web.dead_letters import dead_letters_router
from shared.web.personal_data import TAG as PERSONAL_DATA
from shared.web.personal_data import personal_data_router


def create_app(settings: AnalyticsSettings | None = None) -> FastAPI:
    """Routes at their full paths, all below /v1/analytics."""
    settings = settings or AnalyticsSettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="analytics api")
    health = ServiceHealth(
        "analytics",
        sessions,
        settings.kafka_bootstrap_servers,
        groups=[one.group for one in subscriptions(settings)],
        has_outbox=False,
    )
    freshness = FreshnessReader(settings.kafka_bootstrap_servers, partitions=settings.partitions, now=datetime.now(UTC))
    columns = ColumnStore(sessions, most_bytes=settings.columns_mb << 20)
    people = ColumnStore(sessions, feed=people_feed, most_bytes=settings.columns_mb << 20)
    projection_waiter = ProjectionWaiter(sessions, dict.fromkeys(TOPICS, GROUP))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await columns.close()
        await people.close()
        await projection_waiter.close()
        await freshness.close()
        await health.close()

    app = create_service_app(
        name="analytics",
        title="Rekindle: analytics",
        description="What it adds up to: funnels of positions and of the organisation, and what each number means.",
        routers=[
            dead_letters_router("analytics", subscriptions(settings)),
            personal_data_router("analytics"),
            funnels.router,
            metrics.router,
            metric_rows.router,
            members.router,
            fit.router,
            fairness.router,
            waiting.router,
        ],
        settings=settings,
        lifespan=lifespan,
        checks=health.checks,
        watched={**health.watched, "counters": partial(have_not_drifted, sessions)},
        measures=[*health.measures, partial(measure_drift, sessions)],
        tags={
            **DEAD_LETTERS,
            **PERSONAL_DATA,
            "analytics": "What it adds up to: funnels, and what each number means.",
        },
    )
    app.state.sessions = sessions
    app.state.columns = columns
    app.state.people = people
    app.state.freshness = freshness
    app.state.exports = asyncio.Semaphore(max(1, settings.pool_size // 2))
    app.state.fit = FitReader(rates_of(settings.rates), ghost_after=settings.ghost_after)
    app.state.projection_waiter = projection_waiter
    return app
