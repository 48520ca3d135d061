"""What routers take from the application."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.connectors.settings import ConnectorsSettings
from services.connectors.use_cases.posting_queue import PostingQueue
from services.connectors.use_cases.understand_body import Reading
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Connector:
    """All that receiving a delivery needs."""

    sessions: Sessions
    settings: ConnectorsSettings
    reading: Reading
    queue: PostingQueue


async def _connector(request: Request) -> Connector:
    connector: Connector = request.app.state.connector
    return connector


async def _sessions(request: Request) -> Sessions:
    connector: Connector = request.app.state.connector
    return connector.sessions


ConnectorDep = Annotated[Connector, Depends(_connector)]
SessionsDep = Annotated[Sessions, Depends(_sessions)]
