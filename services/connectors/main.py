"""The HTTP application of the connectors: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import Gauge

from services.connectors.api import deliveries, greenhouse
from services.connectors.api.dependencies import Connector
from services.connectors.rekindle_api import RekindleApi, open_client
from services.connectors.settings import ConnectorsSettings
from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.storage.personal_data import collect
from services.connectors.use_cases.list_deliveries import count_deliveries
from services.connectors.use_cases.posting_queue import PostingQueue
from services.connectors.use_cases.understand_body import Reading
from shared.db.engine import connect
from shared.observability.health import ServiceHealth
from shared.web.app import create_service_app
from shared.web.personal_data import TAG as PERSONAL_DATA
from shared.web.personal_data import personal_data_router

DELIVERIES = Gauge("rekindle_connector_deliveries", "Deliveries by status.", ["vendor", "status"])


def create_app(settings: ConnectorsSettings | None = None, *, api: RekindleApi | None = None) -> FastAPI:
    """Routes at their full paths: /v1/connectors/greenhouse. Raises MappingFileError when the mapping file is wrong.

    ``api`` stands in for the public API that the settings name; the caller closes its client.
    """
    settings = settings or ConnectorsSettings()
    reading = Reading(settings.mapping(), settings.zone)
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="connectors api")
    health = ServiceHealth("connectors", sessions, settings.kafka_bootstrap_servers)
    client = open_client(settings.api_url or settings.public_url, settings.api_token.get_secret_value(), settings.api_seconds)
    queue = PostingQueue(sessions, api or RekindleApi(client))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await queue.close()
        await client.aclose()
        await health.close()

    async def measure() -> None:
        counted = await count_deliveries(sessions)
        for status in DeliveryStatus:
            DELIVERIES.labels("greenhouse", status).set(counted.get(status, 0))

    app = create_service_app(
        name="connectors",
        title="Rekindle: connectors",
        description="Passes on what an applicant tracking system sends to Rekindle's public API.",
        routers=[greenhouse.router, deliveries.router, personal_data_router("connectors", collect)],
        settings=settings,
        lifespan=lifespan,
        checks=health.checks,
        measures=[measure],
        tags={**PERSONAL_DATA, "greenhouse": "Greenhouse's web hook: its deliveries, and the result of each."},
    )
    app.state.sessions = sessions
    app.state.connector = Connector(sessions, settings, reading, queue)
    return app
