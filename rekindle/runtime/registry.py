"""The services of Rekindle and the paths that each owns, once for the gateway, the worker and the migrations."""

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Service:
    """A service, found by its package; its database and role carry its name."""

    name: str
    paths: tuple[str, ...]

    @property
    def package(self) -> str:
        return f"services.{self.name}"

    @property
    def database_variable(self) -> str:
        """The environment variable that holds the address of its database."""
        return f"{self.name.upper()}_DATABASE_URL"

    def provides(self, module: str) -> bool:
        """Whether the service has this module or folder, for example ``main`` or ``migrations``."""
        spec = find_spec(self.package)
        return spec is not None and find_spec(f"{self.package}.{module}") is not None


SERVICES = (
    Service(
        "candidates",
        (
            *("/v1/candidates", "/v1/positions", "/v1/duplicates", "/v1/pools", "/v1/imports", "/v1/erasures"),
            *("/v1/notes", "/v1/cleansing", "/v1/retention", "/v1/referrals"),
        ),
    ),
    Service(
        "engagement",
        (
            *("/v1/engagement", "/v1/events", "/v1/timelines", "/v1/pursuits", "/v1/queue", "/v1/returns", "/v1/obligations"),
            *("/v1/relationships", "/v1/contact-checks", "/v1/policy-breaches", "/v1/message-reviews", "/v1/recruiters"),
            *("/v1/webhooks", "/v1/stream"),
            *("/v1/unsubscribe", "/v1/unsubscribe-links", "/v1/activity"),
        ),
    ),
    Service("analytics", ("/v1/analytics",)),
    Service("connectors", ("/v1/connectors",)),
    Service("gateway", ("/v1/tokens", "/v1/login-links", "/v1/exports", "/session", "/session/authorization", "/session/oidc")),
)
