"""Who may do what: JWTs signed by this deployment's own key or a configured issuer, verified locally, with scopes."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import DomainError
from shared.security.revocations import Revocations
from shared.security.token_issuer import ALGORITHM, Scope, ensure_keys, issue_token
from shared.settings import SharedSettings

ACCEPTED_FROM_ISSUER = ["Ed25519", "EdDSA", "ES256", "RS256", "PS256"]
LEEWAY_SECONDS = 30


class Unauthenticated(DomainError):
    """There is no token, or it proves nothing."""

    code = "unauthenticated"
    title = "A valid token is needed"


class Forbidden(DomainError):
    """The token does not carry a scope that is needed."""

    code = "forbidden"
    title = "The token does not allow this"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: the token's name, what it allows, and who signed it (None: this deployment itself)."""

    name: str
    scopes: frozenset[str]
    issuer: str | None = None

    @property
    def identity(self) -> str:
        """Who is asking, once and for all: a name means another one with each issuer. This deployment's own go by their name.

        A name that holds the sign between issuer and name is not left bare, so that no two principals have one identity.
        """
        return self.name if self.issuer is None and "|" not in self.name else f"{self.issuer or ''}|{self.name}"

    def may(self, scope: str) -> bool:
        """Whether the token carries a scope; ``admin`` is a scope of its own and implies none."""
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class Proven:
    """What a token proves, when it expires (seconds since 1970), and its id where it is one of this deployment's own."""

    principal: Principal
    expires_at: float
    token_id: str | None


class Verifier:
    """Verifies tokens against the key sets of the settings; the files are read again when they change."""

    def __init__(self, settings: SharedSettings) -> None:
        self.revocations = Revocations()
        """Of this deployment's own tokens; whoever serves keeps them up to date."""
        self._settings = settings
        self._verified: dict[str, tuple[float, Proven]] = {}

    def verify(self, token: str) -> Principal:
        """The principal that a token proves. Raises Unauthenticated with what is wrong, Unavailable when that is not known."""
        return self.prove(token).principal

    def prove(self, token: str) -> Proven:
        """What a token proves. Raises as ``verify``."""
        until, proven = self._verified.get(token, (0.0, None))
        if proven is None or until <= time.time():
            proven = self._check(token)
            if len(self._verified) > 1000:
                self._verified.clear()
            self._verified[token] = (min(proven.expires_at, time.time() + 60), proven)
        if proven.token_id is not None and self.revocations.refuses(proven.token_id):
            raise Unauthenticated("The token was revoked.")
        return proven

    def _check(self, token: str) -> Proven:
        settings = self._settings
        own = settings.deployment
        attempts = [(settings.jwks_file, own, [ALGORITHM])]
        if settings.oidc_issuer is not None:
            attempts.append((settings.oidc_jwks_file, settings.oidc_issuer, ACCEPTED_FROM_ISSUER))
        refusal = "no key set is configured"
        for file, issuer, algorithms in attempts:
            if file is None:
                continue
            try:
                decoded = jwt.decode(token, _key_set(file, file.stat().st_mtime_ns), algorithms=algorithms)
                jwt.JWTClaimsRegistry(
                    leeway=LEEWAY_SECONDS,
                    iss={"essential": True, "value": issuer},
                    aud={"essential": True, "value": own},
                    exp={"essential": True},
                    sub={"essential": True},
                ).validate(decoded.claims)
            except (JoseError, ValueError, KeyError, TypeError) as error:
                refusal = _told(error)
                continue
            claims = decoded.claims
            scopes = frozenset(str(claims.get("scope", "")).split())
            principal = Principal(str(claims["sub"]), scopes, None if issuer == own else issuer)
            return Proven(principal, float(claims["exp"]), str(claims.get("jti", "")) if issuer == own else None)
        raise Unauthenticated(f"The token was not accepted: {refusal}")


_TOLD = {
    "decode_error": "it is no signed JSON Web Token",
    "unsupported_algorithm": "its algorithm is not allowed",
    "bad_signature": "its signature does not match",
    "invalid_key_id": "it was signed with a key that is not known here, such as another deployment's",
    "expired_token": "it has expired; make another with `rekindle token create`",
}


def _told(error: Exception) -> str:
    if not isinstance(error, JoseError):
        return str(error) or type(error).__name__
    return _TOLD.get(error.error) or error.description or error.error


@lru_cache(maxsize=8)
def _key_set(file: Path, _modified: int) -> KeySet:
    return KeySet.import_key_set(json.loads(file.read_text()))


bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of `rekindle token create`.", scheme_name="bearer")


def authorize(request: Request, any_of: Sequence[str]) -> Principal:
    """The principal of the request's token, which needs one of the scopes. Raises Unauthenticated or Forbidden."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send a token: Authorization: Bearer <token>, made with `rekindle token create`.")
    found: Principal = request.app.state.verifier.verify(token.strip())
    if found.scopes.isdisjoint(any_of):
        raise Forbidden(f"The token {found.name!r} lacks the scope {' or '.join(any_of)}.")
    request.state.principal = found
    return found


def requires(*any_of: str) -> Any:
    """A dependency that gives the Principal of a token with one of the scopes; 401 without a token, 403 without a scope."""

    async def principal(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Principal:
        known = getattr(request.state, "principal", None)
        return known if isinstance(known, Principal) else authorize(request, any_of)

    principal.scopes = any_of  # type: ignore[attr-defined]  # read by shared.web.routing, which checks it before all else
    return Depends(principal)


__all__ = [
    "Forbidden", "Principal", "Scope", "Unauthenticated", "Verifier", "authorize", "ensure_keys", "issue_token", "requires",
]  # fmt: skip
