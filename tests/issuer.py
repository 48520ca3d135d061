"""A real OpenID Connect issuer: discovery, keys, and the authorization code flow with PKCE, over real HTTP."""

import asyncio
import hashlib
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from rekindle.embedded.ports import choose
from tests.waiting import eventually

CLIENT, SECRET = "dash board", "s3cret/+ with all"


@dataclass
class Issuer:
    """Logs whoever comes in as the person in ``claims``; ``changes`` are made to every ID token."""

    url: str
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "248289", "roles": ["recruiter"], "code": "maria"})
    changes: dict[str, Any] = field(default_factory=dict)
    refuses: str | None = None
    fails: bool = False
    methods: list[str] = field(default_factory=lambda: ["client_secret_basic"])
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"}))
    signs_with: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._configuration)
        app.get("/keys")(self._keys)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        return app

    async def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/authorize?tenant=a",
            "token_endpoint": f"{self.url}/token",
            "token_endpoint_auth_methods_supported": self.methods,
        }

    async def _keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        needed = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256", "tenant": "a"}
        if any(asked.get(name) != value for name, value in needed.items()) or "openid" not in asked["scope"].split():
            return JSONResponse({"error": "invalid_request"}, 400)
        if self.refuses is not None:
            answer = {"error": self.refuses, "error_description": "somebody said no"}
        else:
            answer = {"code": secrets.token_urlsafe(16), "iss": self.url, "session_state": "of-the-issuer"}
            self.codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}", 303)

    async def _token(self, request: Request) -> Response:
        if self.fails:
            return JSONResponse({"error": "server_error"}, 500)
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if not self._knows(request.headers.get("authorization"), sent):
            return JSONResponse({"error": "invalid_client"}, 401)
        begun = self.codes.pop(sent.get("code", ""), None)  # a code works once
        challenge = urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if begun is None or challenge != begun["code_challenge"] or sent.get("redirect_uri") != begun["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token(begun["nonce"])})

    def _knows(self, authorization: str | None, sent: dict[str, str]) -> bool:
        if "client_secret_basic" in self.methods:
            pair = "&".join(urlencode({"x": one}).removeprefix("x=").replace("+", "%20") for one in (CLIENT, SECRET))
            return authorization == "Basic " + b64encode(pair.replace("&", ":").encode()).decode()
        return authorization is None and (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET)

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, **self.claims, **self.changes}
        key = self.signs_with or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])


@asynccontextmanager
async def serving() -> AsyncIterator[Issuer]:
    """An issuer at a port of its own for the length of the block."""
    port = choose(taken=[])
    issuer = Issuer(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(issuer.app(), port=port, log_config=None, lifespan="off", ws="none"))
    running = asyncio.create_task(server.serve())
    await eventually(lambda: asyncio.sleep(0, server.started))
    try:
        yield issuer
    finally:
        server.should_exit = True
        await running
