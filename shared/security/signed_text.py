"""JSON values in a text that can be read by everybody and made or changed by nobody but the holder of a key."""

import hashlib
from typing import Any

import orjson
from itsdangerous import BadData, URLSafeSerializer


class NotSignedError(ValueError):
    """The text was not made with this key for this purpose, or was changed since."""


def signed(key: str | bytes, purpose: str, values: list[Any]) -> str:
    """A text that carries the values, of A-Z, a-z, 0-9, ``-``, ``_`` and ``.``; it is good for one purpose."""
    return _serializer(key, purpose).dumps(values)


def read_signed(key: str | bytes, purpose: str, text: str) -> list[Any]:
    """The values of a text. Raises NotSignedError."""
    try:
        values = _serializer(key, purpose).loads(text)
        # Base64 has several spellings of the same bytes; only ours is one of ours.
        if isinstance(values, list) and signed(key, purpose, values) == text:
            return values
    except (BadData, AttributeError, TypeError, ValueError) as error:
        raise NotSignedError(purpose) from error
    raise NotSignedError(purpose)


class _Json:
    """What the serializer needs of a JSON library."""

    @staticmethod
    def dumps(value: Any) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> Any:
        return orjson.loads(text)


def _serializer(key: str | bytes, purpose: str) -> URLSafeSerializer:
    # The purpose may hold what is no UTF-8 once encoded.
    salt = hashlib.sha256(purpose.encode("utf-8", "surrogatepass")).digest()
    return URLSafeSerializer(key, salt=salt, serializer=_Json, signer_kwargs={"digest_method": hashlib.sha256})
