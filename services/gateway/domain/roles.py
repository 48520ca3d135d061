"""The roles of people who use the dashboard, and what each may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.security.token_issuer import Scope


class Role(StrEnum):
    """Who somebody is to this deployment."""

    RECRUITER = "recruiter"
    LEAD = "lead"
    ADMIN = "admin"

    @property
    def needs_recruiter(self) -> bool:
        """Whether all that they do is done under the code of a recruiter."""
        return self is Role.RECRUITER


SCOPES: Mapping[Role, tuple[Scope, ...]] = {
    Role.RECRUITER: (
        *(Scope.CANDIDATES_READ, Scope.CONTACT_DETAILS_READ, Scope.ENGAGEMENT_READ, Scope.ENGAGEMENT_WRITE),
        Scope.ANALYTICS_READ,
    ),
    Role.LEAD: (Scope.CANDIDATES_READ, Scope.ENGAGEMENT_READ, Scope.ANALYTICS_READ),
    Role.ADMIN: tuple(Scope),
}


def strongest(roles: Iterable[Role]) -> Role | None:
    """The role that may most; None of none."""
    return max(roles, key=lambda role: len(SCOPES[role]), default=None)


@dataclass(frozen=True, slots=True)
class Person:
    """Who uses the dashboard: a role, the recruiter's code that all they do is done under, and until when (UTC)."""

    role: Role
    recruiter: str | None
    expires_at: datetime

    @property
    def name(self) -> str:
        """The name of the tokens that stand for them."""
        return f"dashboard:{self.recruiter or self.role}"
