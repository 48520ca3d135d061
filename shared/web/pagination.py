"""Opaque page cursors, signed with a secret of the deployment: a forged or changed one is refused."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from itsdangerous import BadData, URLSafeSerializer

from shared.errors import BadRequest
from shared.settings import SharedSettings

Place = TypeVar("Place")

_key = secrets.token_hex(32)


class InvalidCursor(BadRequest):
    """The cursor was not made by this deployment for this list."""

    code = "invalid_cursor"
    title = "The cursor is not one of ours"


def use_cursor_key(settings: SharedSettings) -> None:
    """Choose, once at start, what cursors are signed with. Without a key in the settings, one that ends with the process."""
    global _key  # noqa: PLW0603 - one secret of the process
    if settings.cursor_key is not None and (given := settings.cursor_key.get_secret_value()):
        _key = given


def encode_cursor(purpose: str, values: list[Any]) -> str:
    """A cursor that carries JSON values. ``purpose`` names the list that it continues, with its filters."""
    return _serializer(purpose).dumps(values)


def decode_cursor(purpose: str, text: str, read: Callable[..., Place]) -> Place:
    """The place that a cursor stands for, made by ``read`` of its values. Raises InvalidCursor for whatever is not ours."""
    try:
        values = _serializer(purpose).loads(text)
        # Base64 has several spellings of the same bytes; only ours is one of ours.
        if encode_cursor(purpose, values) == text:
            return read(*values)
    except (BadData, AttributeError, TypeError, ValueError) as error:
        raise InvalidCursor.of("cursor", "must be a next_cursor that this list, with the same filters, returned") from error
    raise InvalidCursor.of("cursor", "must be a next_cursor that this list, with the same filters, returned")


class _Json:
    """What the serializer needs of a JSON library."""

    @staticmethod
    def dumps(value: Any) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> Any:
        return orjson.loads(text)


def _serializer(purpose: str) -> URLSafeSerializer:
    # The purpose may hold what is no UTF-8 once encoded, and anything else that a filter may.
    salt = hashlib.sha256(b"cursor\n" + purpose.encode("utf-8", "surrogatepass")).digest()
    return URLSafeSerializer(_key, salt=salt, serializer=_Json, signer_kwargs={"digest_method": hashlib.sha256})
