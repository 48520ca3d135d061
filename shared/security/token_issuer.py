"""Making tokens: this deployment's signing key, its public key set, the JWTs signed with it, and a register of them.

Apart from ``shared.security.auth`` so that the command can issue a token without loading a web framework.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
REGISTER = "issued.jsonl"
"""The file beside the key that names what was signed where no database was at hand, a JSON object a line."""


class Scope(StrEnum):
    """What a token may be allowed to do."""

    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    CONTACT_DETAILS_READ = "contact_details:read"
    ATTRIBUTES_READ = "attributes:read"
    ATTRIBUTES_WRITE = "attributes:write"
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


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token with what it says. Times are UTC, in whole seconds."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    token: str


def sign_token(
    directory: Path, *, issuer: str, name: str, scopes: Sequence[str], expires_in: timedelta, recruiter: str | None = None
) -> SignedToken:
    """Sign a token with the key in ``directory``, for a recruiter where it names one. Raises ValueError for an unknown scope."""
    for scope in scopes:
        if scope not in set(Scope):
            raise ValueError(f"scope {scope!r} does not exist; there are {', '.join(Scope)}")
    key = OKPKey.import_key(json.loads((directory / "signing.json").read_text()))
    now = int(time.time())
    end = now + int(expires_in.total_seconds())
    token_id = uuid4()
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": name,
        "iat": now,
        "exp": end,
        "jti": token_id.hex,
        "scope": " ".join(scopes),
        **({} if recruiter is None else {"recruiter": recruiter}),
    }
    encoded = jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])
    created_at, expires_at = datetime.fromtimestamp(now, UTC), datetime.fromtimestamp(end, UTC)
    return SignedToken(token_id, name, tuple(scopes), created_at, expires_at, encoded)


def issue_token(directory: Path, *, issuer: str, name: str, scopes: Sequence[str], expires_in: timedelta) -> str:
    """Sign a token as ``sign_token`` does, and enter it in the register of ``directory``."""
    signed = sign_token(directory, issuer=issuer, name=name, scopes=scopes, expires_in=expires_in)
    entry = {
        "id": str(signed.id),
        "name": signed.name,
        "scopes": signed.scopes,
        "created_at": signed.created_at.isoformat(),
        "expires_at": signed.expires_at.isoformat(),
    }
    # One write of one line: several processes may append at the same time.
    descriptor = os.open(directory / REGISTER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, json.dumps(entry).encode() + b"\n")
    finally:
        os.close(descriptor)
    return signed.token
