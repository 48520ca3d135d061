"""Logging in at a configured OpenID Connect issuer: authorization code with PKCE, in which this process exchanges the code."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from services.gateway.domain.login_attempt import Attempt
from services.gateway.settings import GatewaySettings
from shared.errors import NotFound, Unavailable
from shared.security.auth import Unauthenticated, Verifier
from shared.security.oidc import SECONDS, discovered

CALLBACK = "/session/oidc/callback"


class TokenRefused(Unauthenticated):
    """The issuer did not exchange the code, or its ID token proves nothing."""

    code = "oidc_token"
    title = "What the issuer answered was not accepted"


class IssuerLogin:
    """The dashboard as a client of the issuer in the settings."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self.issuer = settings.oidc_issuer if settings.oidc_client_id is not None else None
        """The issuer at which people may log in; None where there is none."""

    async def address(self, attempt: Attempt) -> str:
        """Where a browser goes to log in. Raises NotFound without an issuer, Unavailable where it does not answer."""
        parameters = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._callback,
            "scope": self._settings.oidc_scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            endpoint = str((await self._configuration(client))["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"

    async def claims(self, code: str, attempt: Attempt, verifier: Verifier) -> Mapping[str, Any]:
        """Who logged in, as the issuer's ID token says. Raises TokenRefused or Unavailable."""
        token = await self._exchanged(code, attempt)
        try:
            claims = await verifier.accept_id_token(token, client_id=self._client_id)
        except Unauthenticated as error:
            raise TokenRefused(error.detail) from error
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()):
            raise TokenRefused("The ID token is of another attempt to log in: its nonce differs.")
        if claims.get("azp", self._client_id) != self._client_id:
            raise TokenRefused("The ID token was made for another client.")
        return claims

    @property
    def _client_id(self) -> str:
        if self.issuer is None or self._settings.oidc_client_id is None:
            raise NotFound("No issuer is configured to log in at (REKINDLE_OIDC_ISSUER, GATEWAY_OIDC_CLIENT_ID).")
        return self._settings.oidc_client_id

    @property
    def _callback(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}{CALLBACK}"

    async def _configuration(self, client: httpx.AsyncClient) -> Mapping[str, Any]:
        try:
            found = await discovered(client, self.issuer or "")
            endpoints = [httpx.URL(found[name]) for name in ("authorization_endpoint", "token_endpoint")]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"{self.issuer} does not say where to log in: {error!r}.") from error
        if not all(endpoint.is_absolute_url for endpoint in endpoints):
            raise Unavailable(f"{self.issuer} names no address to log in at.")
        return found

    async def _exchanged(self, code: str, attempt: Attempt) -> str:
        """The ID token for a code."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "client_id": self._client_id,
            "code_verifier": attempt.verifier,
        }
        secret = self._settings.oidc_client_secret
        # RFC 6749, 2.3.1: both are form-encoded before they become a user and a password.
        proof = httpx.Auth()
        if secret is not None:
            proof = httpx.BasicAuth(quote(self._client_id, safe=""), quote(secret.get_secret_value(), safe=""))
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            configuration = await self._configuration(client)
            methods = configuration.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if secret is not None and "client_secret_basic" not in methods:
                asked["client_secret"], proof = secret.get_secret_value(), httpx.Auth()
            try:
                answer = await client.post(configuration["token_endpoint"], data=asked, auth=proof)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise Unavailable(f"{self.issuer} does not exchange the code: {error!r}.") from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable(f"{self.issuer} does not exchange the code: it answers {answer.status_code}.")
        return _id_token(answer)


def _id_token(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    token = said.get("id_token")
    if not answer.is_success or not isinstance(token, str):
        raise TokenRefused(f"The issuer did not exchange the code ({answer.status_code}, {said.get('error', 'no ID token')}).")
    return token
