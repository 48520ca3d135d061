"""What routers take from the application."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.connectors.settings import ConnectorsSettings
from services.connectors.use_cases.posting_queue import PostingQueue
from services.connectors.use_cases.understand_body import Reading
from shared.db.engine import Sessions
from shared.web.dependencies import SessionsDep, of_state

__all__ = ["Connector", "ConnectorDep", "SessionsDep"]


@dataclass(frozen=True, slots=True)
class Connector:
    """All that receiving a delivery needs."""

    sessions: Sessions
    settings: ConnectorsSettings
    reading: Reading
    queue: PostingQueue


ConnectorDep = Annotated[Connector, Depends(of_state("connector", Connector))]
