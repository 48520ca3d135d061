"""The keys of an OpenID Connect issuer: found by discovery, fetched over HTTP, and fetched again.

They are fetched when a token names a key that is not known, at most once in ten seconds, and each hour while tokens come, so that
a key that the issuer withdrew ends. Where fetching fails, the keys that were fetched last stay.
"""

import asyncio
import logging
import time
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

logger = logging.getLogger(__name__)

SECONDS = 5.0
"""How long the issuer may take for an answer."""
FETCH_AGAIN_AFTER = 10.0
STALE_AFTER = 3600.0


class IssuerKeys:
    """The key set of one issuer; ``keys`` is None until it was fetched."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._lock = asyncio.Lock()
        self._tried_at = float("-inf")
        self._fetched_at = float("-inf")
        self._refreshing: asyncio.Task[None] | None = None
        self.keys: KeySet | None = None

    def knows(self, key_id: str | None) -> bool:
        """Whether a key is known; a token that names none may be of any."""
        return self.keys is not None and (key_id is None or any(key.kid == key_id for key in self.keys.keys))

    def refresh_when_stale(self) -> None:
        """Begin to fetch the keys anew where they are old, and wait for nothing."""
        if self.keys is not None and self._is_stale() and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self.fetch())

    async def fetch(self) -> None:
        """Fetch the keys, unless that was tried a moment ago. Where it fails, those that are known stay."""
        async with self._lock:
            if time.monotonic() - self._tried_at < FETCH_AGAIN_AFTER:
                return
            self._tried_at = time.monotonic()
            try:
                self.keys = await self._fetched()
                self._fetched_at = time.monotonic()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
                logger.warning("the keys of %s cannot be fetched, those of before stay: %r", self._issuer, error)

    def _is_stale(self) -> bool:
        now = time.monotonic()
        return now - self._fetched_at >= STALE_AFTER and now - self._tried_at >= FETCH_AGAIN_AFTER

    async def _fetched(self) -> KeySet:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            configuration = await discovered(client, self._issuer)
            listed = (await client.get(configuration["jwks_uri"])).raise_for_status().json()["keys"]
        keys = [key for one in listed if one.get("use", "sig") == "sig" and (key := _imported(one)) is not None]
        if not keys:
            raise ValueError(f"{configuration['jwks_uri']} holds no key that is understood here")
        return KeySet(keys)


async def discovered(client: httpx.AsyncClient, issuer: str) -> dict[str, Any]:
    """What an issuer publishes about itself. Raises httpx.HTTPError, or ValueError, KeyError or TypeError for what is none."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    configuration: dict[str, Any] = (await client.get(address)).raise_for_status().json()
    if configuration["issuer"] != issuer:
        raise ValueError(f"{address} is the configuration of another issuer, {configuration['issuer']}")
    return configuration


def _imported(key: dict[str, Any]) -> Any:
    """A key; None for one of a kind that is not known here, which says nothing about the others."""
    try:
        return JWKRegistry.import_key(key)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
