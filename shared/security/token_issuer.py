"""Making tokens: this deployment's signing key, its public key set, and the JWTs signed with it.

Apart from ``shared.security.auth`` so that the command can issue a token without loading a web framework.
"""

import json
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"


class Scope(StrEnum):
    """What a token may be allowed to do."""

    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    CONTACT_DETAILS_READ = "contact_details:read"
    ENGAGEMENT_READ = "engagement:read"
    ENGAGEMENT_WRITE = "engagement:write"
    ANALYTICS_READ = "analytics:read"
    ADMIN = "admin"


def ensure_keys(directory: Path) -> None:
    """Create this deployment's signing key (``signing.json``, for the owner alone) and key set (``jwks.json``), once."""
    signing = directory / "signing.json"
    if not signing.exists():
        directory.mkdir(parents=True, exist_ok=True)
        key = OKPKey.generate_key("Ed25519", {"kid": uuid4().hex, "alg": ALGORITHM, "use": "sig"})
        _write(signing, key.as_dict(private=True), mode=0o600)
    private = OKPKey.import_key(json.loads(signing.read_text()))
    _write(directory / "jwks.json", {"keys": [private.as_dict(private=False)]}, mode=0o644)


def _write(path: Path, content: Any, *, mode: int) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        json.dump(content, file)
    partial.replace(path)


def issue_token(directory: Path, *, issuer: str, name: str, scopes: Sequence[str], expires_in: timedelta) -> str:
    """Sign a token with the key in ``directory``. Raises ValueError for a scope that does not exist."""
    for scope in scopes:
        if scope not in set(Scope):
            raise ValueError(f"scope {scope!r} does not exist; there are {', '.join(Scope)}")
    key = OKPKey.import_key(json.loads((directory / "signing.json").read_text()))
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": name,
        "iat": now,
        "exp": now + int(expires_in.total_seconds()),
        "jti": uuid4().hex,
        "scope": " ".join(scopes),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])
