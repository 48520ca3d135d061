"""Opaque page cursors. A cursor is signed, so that one which was made up or changed is told from a real one."""

import base64
import binascii
import hashlib
import hmac
import os
from typing import Any

import orjson

from shared.errors import BadRequest


class InvalidCursor(BadRequest):
    """The cursor was not made by this deployment for this list."""

    code = "invalid_cursor"
    title = "The cursor is not one of ours"


def encode_cursor(purpose: str, values: list[Any]) -> str:
    """A cursor that carries JSON values. ``purpose`` names the list that it continues, with its filters."""
    payload = orjson.dumps(values)
    return _spell(_sign(purpose, payload) + payload)


def decode_cursor(purpose: str, text: str) -> list[Any]:
    """The values of a cursor. Raises InvalidCursor."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor.of("cursor", "must be a next_cursor that this list returned") from error
    signature, payload = raw[:12], raw[12:]
    # Base64 has several spellings of the same bytes, and Python's reader skips what it does not know; only ours is one of ours.
    if _spell(raw) != text or not hmac.compare_digest(signature, _sign(purpose, payload)):
        raise InvalidCursor.of("cursor", "must be a next_cursor that this list, with the same filters, returned")
    values: list[Any] = orjson.loads(payload)
    return values


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sign(purpose: str, payload: bytes) -> bytes:
    key = os.environ.get("REKINDLE_CURSOR_KEY") or os.environ.get("REKINDLE_DEPLOYMENT", "rekindle")
    return hmac.digest(hashlib.sha256(key.encode()).digest(), purpose.encode() + b"\0" + payload, "sha256")[:12]
