"""Which of this deployment's own tokens are revoked, as far as this process knows."""

import time
from uuid import UUID

from shared.errors import Unavailable


class Revocations:
    """Revoked tokens by id. Nothing is accepted while they are not ``complete``: unknown is not the same as none."""

    def __init__(self, *, complete: bool = True) -> None:
        self.complete = complete
        self._effective_at: dict[str, float] = {}

    def add(self, token_id: UUID, effective_at: float) -> None:
        """Refuse a token from a time on, in seconds since 1970. A revocation is never taken back, only brought forward."""
        self._effective_at[token_id.hex] = min(effective_at, self._effective_at.get(token_id.hex, effective_at))

    def refuses(self, token_id: str) -> bool:
        """Whether a token is revoked, by its ``jti``. Raises Unavailable while that cannot be known."""
        if not self.complete:
            raise Unavailable("It is not known yet which tokens are revoked, because Kafka was not read so far. Try again.")
        return bool(self._effective_at) and self._effective_at.get(_hex(token_id), float("inf")) <= time.time()

    def __len__(self) -> int:
        return len(self._effective_at)


def _hex(token_id: str) -> str:
    return token_id.replace("-", "").lower()
