"""Settings of the gateway, read from the environment."""

from pathlib import Path

from pydantic import Field

from shared.settings import SharedSettings


class GatewaySettings(SharedSettings):
    """The shared settings and the gateway's own."""

    database_url: str = Field("postgresql+asyncpg://gateway@127.0.0.1:5432/gateway", validation_alias="GATEWAY_DATABASE_URL")
    pool_size: int = Field(3, ge=1, le=200, validation_alias="GATEWAY_POOL_SIZE")
    """Connections that one process may hold."""
    signing_keys: Path | None = Field(None, validation_alias="GATEWAY_SIGNING_KEYS")
    """The folder with this deployment's signing key. Without one no token is created over HTTP."""
