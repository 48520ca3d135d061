"""Opaque page cursors, signed with a secret of the deployment: a forged or changed one is refused."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from shared.errors import BadRequest
from shared.security.signed_text import read_signed, signed
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
    return signed(_key, f"cursor\n{purpose}", values)


def decode_cursor(purpose: str, text: str, read: Callable[..., Place]) -> Place:
    """The place that a cursor stands for, made by ``read`` of its values. Raises InvalidCursor for whatever is not ours."""
    try:
        return read(*read_signed(_key, f"cursor\n{purpose}", text))
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidCursor.of("cursor", "must be a next_cursor that this list, with the same filters, returned") from error
