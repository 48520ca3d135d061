"""Settings of the connectors, read from the environment."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.mapping_file import MappingFileError, read_mapping


class ConnectorsSettings(BaseSettings):
    """Variables: ``CONNECTORS_`` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CONNECTORS_", extra="ignore")

    database_url: str
    api_url: str = "http://127.0.0.1:8080"
    """Rekindle's public API, which the connectors use like any other client."""
    api_token: SecretStr = SecretStr("")
    """With the scopes candidates:write and engagement:write, and admin for erasures."""
    api_seconds: float = Field(10.0, gt=0)
    """How long one call of the API may take."""
    greenhouse_secret: SecretStr = SecretStr("")
    """The secret key of the webhook. Without one, no delivery is genuine."""
    greenhouse_mapping: Path | None = None
    """The mapping file; default: ``greenhouse.toml`` beside this module."""
    retry_seconds: float = Field(1.0, gt=0)
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
