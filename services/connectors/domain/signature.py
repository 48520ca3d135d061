"""Is this delivery genuine? The vendor signs the raw bytes of the body with a shared secret."""

import hashlib
import hmac

_ALGORITHM = "sha256"


def is_signed(raw: bytes, header: str | None, secret: str) -> bool:
    """Whether ``header``, ``sha256 <hex>``, is the HMAC-SHA256 of the raw body; compared in constant time.

    Without a secret nothing is genuine: an empty key would let anyone sign.
    """
    if not secret or header is None:
        return False
    algorithm, _, given = header.strip().partition(" ")
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    matches = hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))
    return matches and algorithm.lower() == _ALGORITHM
