"""Log in to the dashboard as who the issuer says: role and recruiter are claims of its ID token."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.gateway.domain.roles import Person, strongest
from services.gateway.settings import GatewaySettings
from services.gateway.use_cases import log_in
from shared.db.engine import Sessions
from shared.security.auth import Forbidden, recruiter_of, words_of


class NoRole(Forbidden):
    """The issuer knows who it is, and says of them nothing that lets them in."""

    code = "oidc_role"
    title = "The account has no role here"


async def log_in_at_issuer(
    sessions: Sessions, settings: GatewaySettings, claims: Mapping[str, Any], *, now: datetime
) -> tuple[str, Person]:
    """The key of a new session and whose it is. Raises NoRole."""
    roles = settings.role_of_word
    role = strongest(roles[word] for word in words_of(claims, settings.oidc_role_claim) if word in roles)
    if role is None:
        raise NoRole(f"The claim {settings.oidc_role_claim} of the ID token names no role of GATEWAY_OIDC_ROLES.")
    recruiter = recruiter_of(claims, settings.oidc_recruiter_claim)
    if role.needs_recruiter and recruiter is None:
        raise NoRole("A recruiter needs a code of their own: the claim that REKINDLE_OIDC_RECRUITER_CLAIM names holds none.")
    return await log_in.begin_session(sessions, Person(role, recruiter, now), now=now)
