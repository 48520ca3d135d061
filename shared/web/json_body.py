"""Reading JSON bodies: what cannot be read is refused with the place and the rule."""

from typing import Any

import orjson

from shared.errors import BadRequest, DomainError, FieldError, Invalid

DEEPEST = 64
"""How deep arrays and objects may be nested."""


class MalformedBody(BadRequest):
    """The body is no JSON that we read."""

    code = "malformed_body"
    title = "The body cannot be read"


def read_json(raw: bytes) -> Any:
    """Parse a JSON body. Raises MalformedBody, or Invalid for text that holds NUL characters.

    Strict: UTF-8 only, no NaN or Infinity, no lone surrogates, at most ``DEEPEST`` levels.
    """
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody(f"The body is not UTF-8: byte {error.start} does not fit.") from error
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"The body is not valid JSON: {error}.") from error
    check_shape(parsed, has_nul=b"\\u0000" in raw)
    return parsed


def read_json_items(raw: bytes) -> Any:
    """The same of a body that is a list of items: the error of one that cannot be read stands in the item's place."""
    try:
        return read_json(raw)
    except Invalid:
        parsed = orjson.loads(raw)
        if not isinstance(parsed, list):
            raise
        return [_shaped(item) for item in parsed]


def _shaped(item: Any) -> Any:
    try:
        check_shape(item)
    except DomainError as error:
        return error
    return item


def check_shape(parsed: Any, *, has_nul: bool = True) -> None:
    """Refuse nesting beyond ``DEEPEST`` levels, and NUL characters, which PostgreSQL cannot store."""
    layer: list[tuple[str, Any]] = [("", parsed)]
    for _ in range(DEEPEST):
        below: list[tuple[str, Any]] = []
        for path, value in layer:
            if isinstance(value, dict):
                below += [(f"{path}.{name}" if has_nul else "", inner) for name, inner in value.items()]
                if has_nul and any("\0" in name for name in value):
                    _refuse_nul(path or "body")
            elif isinstance(value, list):
                below += [(f"{path}[{index}]" if has_nul else "", inner) for index, inner in enumerate(value)]
            elif has_nul and isinstance(value, str) and "\0" in value:
                _refuse_nul(path)
        layer = [(path, value) for path, value in below if has_nul or isinstance(value, dict | list)]
        if not layer:
            return
    if any(isinstance(value, dict | list) for _, value in layer):
        raise MalformedBody(f"The body is nested deeper than {DEEPEST} levels.")


def _refuse_nul(path: str) -> None:
    field = path.lstrip(".")
    raise Invalid(f"{field} must not hold a NUL character", errors=[FieldError(field, "must not hold a NUL character")])
