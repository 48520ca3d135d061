"""Make this deployment's keys and the connectors' token: `python -m rekindle.runtime.container_keys`, safe to run again.

The signing key, the public key set and the token lie in folders of their own, so that each container sees only what it needs:
services verify tokens with the public key set and cannot make any.
"""

import argparse
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from rekindle.embedded.tokens import CONNECTOR_SCOPES
from shared.security.token_issuer import ensure_keys, issue_token

TOKEN_LIFE = timedelta(days=365)
"""Each start issues a new one."""


def prepare(folder: Path, *, issuer: str) -> None:
    """Write ``keys/``, ``public/jwks.json`` and ``connectors/token`` below the folder."""
    keys, public, connectors = folder / "keys", folder / "public", folder / "connectors"
    for each in (keys, public, connectors):
        each.mkdir(parents=True, exist_ok=True)
    ensure_keys(keys)
    _replace(public / "jwks.json", (keys / "jwks.json").read_text(), mode=0o644)
    token = issue_token(keys, issuer=issuer, name="connectors", scopes=CONNECTOR_SCOPES, expires_in=TOKEN_LIFE)
    _replace(connectors / "token", token, mode=0o600)


def _replace(path: Path, text: str, *, mode: int) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    shutil.move(draft, path)


def main() -> int:
    """Prepare the folder; tokens are those of REKINDLE_DEPLOYMENT."""
    parser = argparse.ArgumentParser(prog="python -m rekindle.runtime.container_keys", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/var/lib/rekindle"))
    prepare(parser.parse_args().folder, issuer=os.environ.get("REKINDLE_DEPLOYMENT", "rekindle"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
