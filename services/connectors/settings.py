"""Settings of the connectors, read from the environment."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field, SecretStr

from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.mapping_file import MappingFileError, read_mapping
from shared.settings import SharedSettings


class ConnectorsSettings(SharedSettings):
    """The shared settings and the connectors' own."""

    database_url: str = Field(
        "postgresql+asyncpg://connectors@127.0.0.1:5432/connectors", validation_alias="CONNECTORS_DATABASE_URL"
    )
    pool_size: int = Field(5, ge=1, le=200, validation_alias="CONNECTORS_POOL_SIZE")
    """Connections that one process may hold."""
    api_url: str | None = Field(None, validation_alias="CONNECTORS_API_URL")
    """Rekindle's public API, which the connectors use like any other client; default: ``REKINDLE_PUBLIC_URL``."""
    api_token: SecretStr = Field(SecretStr(""), validation_alias="CONNECTORS_API_TOKEN")
    """With the scopes candidates:write and engagement:write, and admin for erasures."""
    api_seconds: float = Field(10.0, gt=0, le=60, validation_alias="CONNECTORS_API_SECONDS")
    """How long one call of the API may take."""
    greenhouse_secret: SecretStr = Field(SecretStr(""), validation_alias="CONNECTORS_GREENHOUSE_SECRET")
    """The secret key of the webhook. Without one, no delivery is genuine."""
    greenhouse_mapping: Path | None = Field(None, validation_alias="CONNECTORS_GREENHOUSE_MAPPING")
    """The mapping file; default: ``greenhouse.toml`` beside this module."""
    answer_seconds: float = Field(8.0, gt=0, le=60, validation_alias="CONNECTORS_ANSWER_SECONDS")
    """How long a delivery's sender waits while it is posted; then it is answered, and the worker goes on."""
    retry_seconds: float = Field(1.0, gt=0, le=3600, validation_alias="CONNECTORS_RETRY_SECONDS")
    """How often the worker looks for what is still to be posted."""

    def mapping(self) -> GreenhouseMapping:
        """The mapping file, read. Raises MappingFileError with a line for each wrong key."""
        if self.greenhouse_mapping is None:
            shipped = files("services.connectors") / "greenhouse.toml"
            return read_mapping(shipped.read_bytes(), "greenhouse.toml")
        try:
            source = self.greenhouse_mapping.read_bytes()
        except OSError as problem:
            name = f"CONNECTORS_GREENHOUSE_MAPPING={self.greenhouse_mapping}"
            raise MappingFileError(name, [f"cannot be read: {problem.strerror}"]) from problem
        return read_mapping(source, str(self.greenhouse_mapping))
