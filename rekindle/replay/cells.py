"""From the text of a CSV cell to the JSON value that a field of an event's data takes."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from shared.events import FACTS

Reader = Callable[[str], object]
"""Raises ValueError with the rule that the text breaks."""


def reader_of(type_name: str, path: str) -> Reader:
    """How cells of a field are read; ``path`` names the field of a type that can be posted, nested ones with dots."""
    schema = FACTS[type_name].model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema.get("$defs", {})
    for part in path.split("."):
        schema = _resolved(_resolved(schema, definitions).get("properties", {}).get(part, {}), definitions)
    return _READERS.get(str(schema.get("type")), _text)


def slug(cell: str) -> str:
    """A text as a code: "Maria O'Neil" becomes "maria-o-neil". Raises ValueError where nothing is left of it."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", cell.casefold()) if not unicodedata.combining(mark))
    code = re.sub(r"[^\w.]+", "-", bare).strip("-._")[:100]
    if not code:
        raise ValueError("has no letter or digit to make a code of")
    return code


def mapped(table: Mapping[str, str], otherwise: Reader | None) -> Reader:
    """Looks cells up, without case and surplus spaces; what the table lacks is for the other reader, or breaks a rule."""
    known = {_plain(cell): value for cell, value in table.items()}

    def read(cell: str) -> object:
        if (value := known.get(_plain(cell))) is not None:
            return value
        if otherwise is None:
            raise ValueError("is not in its map")
        return otherwise(cell)

    return read


def _plain(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema itself where it is a reference, or the one beside null where it is a choice."""
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _resolved(one, definitions)
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return schema


def _text(cell: str) -> str:
    return cell


def _number(cell: str) -> float:
    try:
        found: float = int(cell)
    except ValueError:
        try:
            found = float(cell)
        except ValueError:
            raise ValueError("is no number") from None
    if not math.isfinite(found):
        raise ValueError("is no number")
    return found


def _flag(cell: str) -> bool:
    if cell.lower() not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return cell.lower() == "true"


_READERS: dict[str, Reader] = {"number": _number, "integer": _number, "boolean": _flag}
