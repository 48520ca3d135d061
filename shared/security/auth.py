"""Who may do what: JWTs signed by this deployment's own key or a configured issuer, verified locally, with scopes."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import DomainError, Unavailable
from shared.events.fields import code_or_none
from shared.security.revocations import Revocations
from shared.security.token_issuer import ALGORITHM, Scope, ensure_keys, issue_token
from shared.settings import SharedSettings

if TYPE_CHECKING:
    from shared.security.oidc import IssuerKeys

ACCEPTED_FROM_ISSUER = ["Ed25519", "EdDSA", "ES256", "RS256", "PS256"]
LEEWAY_SECONDS = 30
Found = TypeVar("Found")


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
    """Who is asking: the token's name, what it allows, who signed it (None: this deployment itself), and as which recruiter."""

    name: str
    scopes: frozenset[str]
    issuer: str | None = None
    recruiter: str | None = None

    @property
    def identity(self) -> str:
        """Who is asking, once and for all: a name means another one with each issuer. This deployment's own go by their name.

        A name that holds the sign between issuer and name is not left bare, so that no two principals have one identity.
        """
        return self.name if self.issuer is None and "|" not in self.name else f"{self.issuer or ''}|{self.name}"

    def acting_as(self, named: str | None) -> str | None:
        """The recruiter who acts: whom the request names, else the token. Raises Forbidden where both do and differ."""
        if self.recruiter is not None and named is not None and named != self.recruiter:
            raise Forbidden(f"The token acts as the recruiter {self.recruiter}, not as {named}.")
        return self.recruiter if named is None else named

    def may(self, scope: str) -> bool:
        """Whether the token carries a scope; ``admin`` is a scope of its own and implies none."""
        return scope in self.scopes


class UnknownKey(Unauthenticated):
    """The issuer's token is signed with a key that was not fetched so far."""


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
        self.issuer_keys = _issuer_keys(settings)
        self._settings = settings
        self._verified: dict[str, tuple[float, Proven]] = {}

    def verify(self, token: str) -> Principal:
        """The principal that a token proves. Raises Unauthenticated with what is wrong, Unavailable when that is not known."""
        return self.prove(token).principal

    async def accept(self, token: str) -> Principal:
        """As ``verify``, with the issuer's keys fetched where they are needed or old."""
        return await self._with_keys(lambda: self.verify(token))

    async def accept_id_token(self, token: str, *, client_id: str) -> Mapping[str, Any]:
        """The claims of the issuer's ID token for a client. Raises Unauthenticated, or Unavailable without the issuer's keys."""
        _, key_id = _claimed(token)
        return await self._with_keys(lambda: self._claims_of_issuer(token, key_id, client_id))

    async def _with_keys(self, check: Callable[[], Found]) -> Found:
        """What a check finds, made again once the issuer's keys were fetched where it names one that is not known."""
        if self.issuer_keys is None:
            return check()
        self.issuer_keys.refresh_when_stale()
        try:
            return check()
        except UnknownKey:
            await self.issuer_keys.fetch()
            if self.issuer_keys.keys is None:
                raise Unavailable(f"The keys of {self._settings.oidc_issuer} cannot be fetched. Try again.") from None
            return check()

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
        issuer, key_id = _claimed(token)
        if issuer is None or issuer != settings.oidc_issuer or issuer == settings.deployment:
            keys = None if settings.jwks_file is None else _key_set(settings.jwks_file, settings.jwks_file.stat().st_mtime_ns)
            claims = _decoded(token, keys, settings.deployment, settings.deployment, [ALGORITHM])
            scopes = frozenset(str(claims.get("scope", "")).split())
            principal = Principal(str(claims["sub"]), scopes, recruiter=code_or_none(claims.get("recruiter")))
            return Proven(principal, float(claims["exp"]), str(claims.get("jti", "")))
        claims = self._claims_of_issuer(token, key_id, settings.oidc_audience or settings.deployment)
        scopes = words_of(claims, settings.oidc_scope_claim)
        principal = Principal(str(claims["sub"]), scopes, issuer, recruiter_of(claims, settings.oidc_recruiter_claim))
        return Proven(principal, float(claims["exp"]), None)

    def _claims_of_issuer(self, token: str, key_id: str | None, audience: str) -> Mapping[str, Any]:
        if self.issuer_keys is not None and not self.issuer_keys.knows(key_id):
            raise UnknownKey("The token was not accepted: it was signed with a key that its issuer does not publish")
        return _decoded(token, self._keys_of_issuer(), self._settings.oidc_issuer or "", audience, ACCEPTED_FROM_ISSUER)

    def _keys_of_issuer(self) -> KeySet | None:
        if self.issuer_keys is not None:
            return self.issuer_keys.keys
        file = self._settings.oidc_jwks_file
        return None if file is None else _key_set(file, file.stat().st_mtime_ns)


def _issuer_keys(settings: SharedSettings) -> "IssuerKeys | None":
    """The issuer's keys, where they are found by discovery."""
    if settings.oidc_issuer is None or settings.oidc_jwks_file is not None:
        return None
    from shared.security.oidc import IssuerKeys  # an HTTP client, for those alone who have an issuer

    return IssuerKeys(settings.oidc_issuer)


def _claimed(token: str) -> tuple[str | None, str | None]:
    """Which issuer and which key a token names, unproven: it says whose keys are to be tried."""
    parts = token.split(".")
    found: list[Any] = []
    for part in parts[:2]:
        try:
            found.append(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))))
        except (ValueError, RecursionError):
            found.append(None)
    header, payload = (one if isinstance(one, dict) else {} for one in (*found, None, None)[:2])
    issuer, key_id = payload.get("iss"), header.get("kid")
    return issuer if isinstance(issuer, str) else None, key_id if isinstance(key_id, str) else None


def _decoded(token: str, keys: KeySet | None, issuer: str, audience: str, algorithms: list[str]) -> Mapping[str, Any]:
    """The claims of a token that is signed with one of the keys. Raises Unauthenticated."""
    if keys is None:
        raise Unauthenticated("The token was not accepted: no key set is configured")
    try:
        decoded = jwt.decode(token, keys, algorithms=algorithms)
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated(f"The token was not accepted: {_reason(error)}") from error
    return decoded.claims


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a path with dots; None where there is none."""
    found: Any = claims
    for part in [name] if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def recruiter_of(claims: Mapping[str, Any], claim: str | None) -> str | None:
    """The code of the recruiter in a claim; what is no code may be a name or an address, and is None."""
    return None if claim is None else code_or_none(_claim(claims, claim))


def words_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The words in a claim, such as scopes, written as words or as a list."""
    value = _claim(claims, claim)
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


_TOLD = {
    "decode_error": "it is no signed JSON Web Token",
    "unsupported_algorithm": "its algorithm is not allowed",
    "bad_signature": "its signature does not match",
    "invalid_key_id": "it was signed with a key that is not known here, such as another deployment's",
    "expired_token": "it has expired; make another with `rekindle token create`",
}


def _reason(error: Exception) -> str:
    if not isinstance(error, JoseError):
        return str(error) or type(error).__name__
    return _TOLD.get(error.error) or error.description or error.error


@lru_cache(maxsize=8)
def _key_set(file: Path, _modified: int) -> KeySet:
    return KeySet.import_key_set(json.loads(file.read_text()))


bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of `rekindle token create`.", scheme_name="bearer")


async def authorize(request: Request, any_of: Sequence[str]) -> Principal:
    """The principal of the request's token, which needs one of the scopes. Raises Unauthenticated, Forbidden or Unavailable."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send a token: Authorization: Bearer <token>, made with `rekindle token create`.")
    found: Principal = await request.app.state.verifier.accept(token.strip())
    if found.scopes.isdisjoint(any_of):
        raise Forbidden(f"The token {found.name!r} lacks the scope {' or '.join(any_of)}.")
    request.state.principal = found
    return found


def requires(*any_of: str) -> Any:
    """A dependency that gives the Principal of a token with one of the scopes; 401 without a token, 403 without a scope."""

    async def principal(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Principal:
        known = getattr(request.state, "principal", None)
        return known if isinstance(known, Principal) else await authorize(request, any_of)

    principal.scopes = any_of  # type: ignore[attr-defined]  # read by shared.web.routing, which checks it before all else
    return Depends(principal)


__all__ = [
    "Forbidden", "Principal", "Scope", "Unauthenticated", "Verifier", "authorize", "ensure_keys", "issue_token", "requires",
]  # fmt: skip
