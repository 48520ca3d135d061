"""An attempt to log in at an OpenID Connect issuer: one secret, in the browser's cookie alone, from which all else follows.

Nothing is kept for it here. State, nonce and verifier are hashes of the secret: whoever comes back with a state and the cookie is
the browser that began, and the issuer's answer fits no other attempt.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Attempt:
    """``secret`` is the time at which it began, in seconds since 1970, a dot, and chance."""

    secret: str

    @classmethod
    def begin(cls, now: datetime) -> Self:
        return cls(f"{int(now.timestamp())}.{secrets.token_urlsafe(32)}")

    @property
    def state(self) -> str:
        """What the issuer gives back unread."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token has to hold."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the issuer that who takes the tokens is who asked (PKCE, RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The verifier's S256 challenge."""
        return _base64(hashlib.sha256(self.verifier.encode()).digest())

    def is_of(self, state: str, *, now: datetime) -> bool:
        """Whether an answer with this state is to this attempt, and in time."""
        begun, _, chance = self.secret.partition(".")
        if not begun.isdecimal() or not chance:
            return False
        is_in_time = 0 <= now.timestamp() - int(begun[:15]) <= LASTS.total_seconds()
        return is_in_time and hmac.compare_digest(state.encode(), self.state.encode())

    def _derived(self, purpose: str) -> str:
        return _base64(hashlib.sha256(f"{purpose} {self.secret}".encode()).digest())


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
