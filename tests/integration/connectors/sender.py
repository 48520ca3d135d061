"""Greenhouse as a sender: it signs raw bodies and posts them."""

import hashlib
import hmac
from dataclasses import dataclass

import httpx

SECRET = "greenhouse-and-rekindle-know-it"


def signature(raw: bytes, secret: str = SECRET) -> str:
    """The header that the vendor sends."""
    return f"sha256 {hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"


@dataclass(frozen=True)
class Sender:
    """Posts deliveries to the connector."""

    client: httpx.AsyncClient

    async def send(self, raw: bytes, *, delivery_id: str | None = None, header: str | None = None) -> httpx.Response:
        """Post a body, signed unless a header is given."""
        headers = {"Signature": header if header is not None else signature(raw), "Content-Type": "application/json"}
        if delivery_id is not None:
            headers["Greenhouse-Event-ID"] = delivery_id
        return await self.client.post("/v1/connectors/greenhouse", content=raw, headers=headers)
