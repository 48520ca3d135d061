"""Reading the register of the tokens that the command signed while no database was at hand."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.gateway.storage.tokens import Token
from shared.security.token_issuer import REGISTER

logger = logging.getLogger(__name__)


def read_register(keys: Path | None) -> Sequence[Token]:
    """The tokens that are entered beside the signing key. A line that does not read is left out, with a warning."""
    file = keys / REGISTER if keys is not None else None
    if file is None or not file.exists():
        return []
    found = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        try:
            entry = json.loads(line)
            created_at, expires_at = (datetime.fromisoformat(entry[name]) for name in ("created_at", "expires_at"))
            found.append(Token(UUID(entry["id"]), str(entry["name"]), tuple(map(str, entry["scopes"])), created_at, expires_at))
        except (ValueError, KeyError, TypeError):
            logger.warning("line %d of %s cannot be read", number, file)
    return found
