"""Settings that every process has in common, read from the environment."""

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.timestamps import TimeZone


def _origins(text: str) -> str:
    for one in text.split():
        if one != "*" and not re.fullmatch(r"https?://[^/\s]+", one):
            raise ValueError(f"{one!r} is no origin such as https://dashboard.example.com")
    return text


class SharedSettings(BaseSettings):
    """The part of the environment that all services read.

    Variables: ``KAFKA_BOOTSTRAP_SERVERS`` and the ``REKINDLE_*`` ones, named as the fields. An empty one counts as not set.
    """

    model_config = SettingsConfigDict(env_prefix="REKINDLE_", env_ignore_empty=True, extra="ignore", populate_by_name=True)

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    jwks_file: Path | None = None
    """The public key set that tokens are verified against (a JSON file)."""
    oidc_issuer: str | None = None
    """A further issuer whose tokens are accepted, as their ``iss`` spells it. Its keys are found by OpenID Connect discovery."""
    oidc_jwks_file: Path | None = None
    """The issuer's key set (a JSON file), in place of discovery."""
    oidc_audience: str | None = None
    """What the issuer's tokens must name as ``aud``; default: ``deployment``."""
    oidc_scope_claim: str = "scope"
    """The claim that holds scopes, as words or a list: its name, or a path with dots such as ``realm_access.roles``."""
    oidc_recruiter_claim: str | None = None
    """The claim that holds the code of the recruiter who is asking; without one, a token names no recruiter."""
    deployment: str = "rekindle"
    """Issuer and audience of this deployment's own tokens."""
    cursor_key: SecretStr | None = None
    """The secret that page cursors are signed with, the same in all processes of a deployment."""
    public_url: str = "http://127.0.0.1:8080"
    time_zone: TimeZone = "UTC"
    """The organisation's zone: a date without a time is read in it."""
    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    """The organisation's country (ISO 3166-1 alpha-2), whose public holidays are no business days; none without it."""
    rates: Path | None = None
    """The table of exchange rates, a TOML file; default: ``shared/rates.toml``."""
    log_level: str = "INFO"
    partitions: int = Field(12, ge=1, le=1000)
    """Partitions of each topic; a shard is a partition."""
    consumer_window_ms: int = Field(100, ge=0, le=10_000)
    """Milliseconds from one batch of a consumer, or of the relay, to the next while little comes; a backlog waits for nothing.

    Groups for which nobody waits take several times as long.
    """
    max_body_bytes: int = Field(8 * 1024 * 1024, ge=1024)
    max_upload_bytes: int = Field(256 * 1024 * 1024, ge=1024)
    """The same for a body that holds a file."""
    cors_origins: Annotated[str, AfterValidator(_origins)] = ""
    """Origins of pages elsewhere whose browsers may call the API, separated by spaces; ``*`` for every one."""
    requests_per_minute: int = Field(600_000, ge=1)
    """Requests that one token may make in a minute before it is answered 429."""
    open_requests_per_minute: int = Field(6_000, ge=1)
    """Requests without a token, such as unsubscribe links, that one address may make in a minute; a proxy is one address."""

    @property
    def consumer_window(self) -> float:
        """``consumer_window_ms`` in seconds."""
        return self.consumer_window_ms / 1000

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
