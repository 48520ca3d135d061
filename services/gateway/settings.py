"""Settings of the gateway, read from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from services.gateway.domain.roles import Role
from shared.settings import SharedSettings


class GatewaySettings(SharedSettings):
    """The shared settings and the gateway's own."""

    database_url: str = Field("postgresql+asyncpg://gateway@127.0.0.1:5432/gateway", validation_alias="GATEWAY_DATABASE_URL")
    pool_size: int = Field(3, ge=1, le=200, validation_alias="GATEWAY_POOL_SIZE")
    """Connections that one process may hold."""
    api_url: str | None = Field(None, validation_alias="GATEWAY_API_URL")
    """Rekindle's public API, which is asked for all that is held of a person; default: ``REKINDLE_PUBLIC_URL``."""
    signing_keys: Path | None = Field(None, validation_alias="GATEWAY_SIGNING_KEYS")
    """The folder with this deployment's signing key. Without one no token is created over HTTP."""
    oidc_client_id: str | None = Field(None, validation_alias="GATEWAY_OIDC_CLIENT_ID")
    """The name under which the dashboard is known to ``REKINDLE_OIDC_ISSUER``; with it, people log in there."""
    oidc_client_secret: SecretStr | None = Field(None, validation_alias="GATEWAY_OIDC_CLIENT_SECRET")
    """What proves that it is us, where the issuer gave one."""
    oidc_scopes: str = Field("openid profile", validation_alias="GATEWAY_OIDC_SCOPES")
    """What is asked of the issuer; ``openid`` has to be in it."""
    oidc_role_claim: str = Field("roles", validation_alias="GATEWAY_OIDC_ROLE_CLAIM")
    """The claim of the ID token that holds roles, as words or a list: its name, or a path with dots."""
    oidc_roles: str = Field("recruiter=recruiter lead=lead admin=admin", validation_alias="GATEWAY_OIDC_ROLES")
    """Which word of that claim means which role: ``word=role``, separated by spaces."""

    @field_validator("oidc_roles")
    @classmethod
    def _roles_exist(cls, text: str) -> str:
        for one in text.split():
            word, _, role = one.rpartition("=")
            if not word or role not in set(Role):
                raise ValueError(f"{one!r} is not such as hiring-team=recruiter; the roles are {', '.join(Role)}")
        return text

    @property
    def role_of_word(self) -> dict[str, Role]:
        """``oidc_roles``, read."""
        return {word: Role(role) for word, _, role in (one.rpartition("=") for one in self.oidc_roles.split())}
