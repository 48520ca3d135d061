"""What routers take from the application."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends

from services.gateway.announcing import Announcer
from services.gateway.settings import GatewaySettings
from services.gateway.storage.tokens import Token
from shared.db.engine import Sessions
from shared.errors import Unavailable
from shared.security.auth import Verifier
from shared.web.dependencies import of_state


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """All that managing tokens needs."""

    sessions: Sessions
    settings: GatewaySettings
    announcer: Announcer

    async def announce(self, revoked: Token, verifier: Verifier) -> None:
        """Have every process refuse a token. Raises Unavailable when the others learn of it later than within a second."""
        verifier.revocations.add(revoked.id, (revoked.revoked_at or datetime.now(UTC)).timestamp())
        if not await self.announcer.announce([revoked]):
            raise Unavailable("The token is revoked in this process; the others refuse it once Kafka answers again.")


DeskDep = Annotated[TokenDesk, Depends(of_state("desk", TokenDesk))]
VerifierDep = Annotated[Verifier, Depends(of_state("verifier", Verifier))]
