"""Tokens of this deployment, signed with the key in its data folder.

Signing loads a cryptographic library, so the supervisor, which stays in memory, has it done by a short process:
`python -m rekindle.embedded.tokens FOLDER` reads requests as JSON from its input and prints the tokens, one a line.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder

ALL_SCOPES = (
    *("candidates:read", "candidates:write", "contact_details:read", "attributes:read", "attributes:write"),
    *("engagement:read", "engagement:write", "analytics:read", "admin"),
)
CONNECTOR_SCOPES = ("candidates:read", "candidates:write", "engagement:read", "engagement:write", "admin")
LIFE_DAYS, RENEW_DAYS = 90, 14
"""How long the stack's own tokens live, and how long before their end a start renews them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to issue."""

    issuer: str
    name: str
    scopes: tuple[str, ...]
    days: float


def days_of(text: str) -> float:
    """Read a length of time such as 90d, 12h or 30m; returns days. Raises ValueError with the rule."""
    units = {"d": 1.0, "h": 1 / 24, "m": 1 / 1440}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isdecimal() or not 0 < int(number) * units[unit] <= 3650:
        raise ValueError(f"{text!r} is not a length of time such as 90d, 12h or 30m, of at most 3650 days")
    return int(number) * units[unit]


def issue(keys: Path, wanted: Wanted) -> str:
    """Issue a token here and now."""
    from shared.security.token_issuer import ensure_keys, issue_token

    ensure_keys(keys)
    expires_in = timedelta(days=wanted.days)
    return issue_token(keys, issuer=wanted.issuer, name=wanted.name, scopes=wanted.scopes, expires_in=expires_in)


def sign_briefly(keys: Path, wanted: Wanted) -> str:
    """Sign a token for one command, which is in no register. Raises CannotStart without a key."""
    from shared.security.token_issuer import sign_token

    try:
        expires_in = timedelta(days=wanted.days)
        return sign_token(keys, issuer=wanted.issuer, name=wanted.name, scopes=wanted.scopes, expires_in=expires_in).token
    except OSError as error:
        raise CannotStart(f"There is no signing key in {keys}, which proves that this command may ask: {error}.") from error


async def issue_apart(keys: Path, wanted: Sequence[Wanted]) -> list[str]:
    """Issue tokens in a process of its own. Raises CannotStart when that fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rekindle.embedded.tokens", str(keys)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(json.dumps([asdict(one) for one in wanted]).encode())
    if process.returncode != 0:
        raise CannotStart(
            f"The signing key in {keys} cannot be used: restore it, or remove it to get a new one, which ends all "
            "tokens issued so far.",
            detail=errors.decode(errors="replace")[-1500:],
        )
    return output.decode().split()


async def own_tokens(folder: DataFolder, issuer: str, *, now: float | None = None) -> tuple[str, str]:
    """The token shown at the start, with all scopes, and the connectors' own; kept until shortly before their end."""
    now = time.time() if now is None else now
    held = folder.remember("tokens", {"until": 0.0})
    fresh_until = float(held["until"]) - RENEW_DAYS * 86400
    if held.get("issuer") != issuer or fresh_until < now or not (folder.keys / "jwks.json").exists():
        wanted = (
            Wanted(issuer, "owner", ALL_SCOPES, LIFE_DAYS),
            Wanted(issuer, "connectors", CONNECTOR_SCOPES, LIFE_DAYS),
        )
        owner, connectors = await issue_apart(folder.keys, wanted)
        until = now + LIFE_DAYS * 86400
        held = {"issuer": issuer, "owner": owner, "connectors": connectors, "until": until}
        folder.write(folder.path / "tokens.json", held)
    return str(held["owner"]), str(held["connectors"])


def main() -> int:
    """Issue what is asked for on the input."""
    keys = Path(sys.argv[1])
    for item in json.load(sys.stdin):
        print(issue(keys, Wanted(**{**item, "scopes": tuple(item["scopes"])})))
    return 0


if __name__ == "__main__":
    sys.exit(main())
