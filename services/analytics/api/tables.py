"""What a table of rows looks like: its columns in order, each with the kind of its values, made from the model of a row."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin

import orjson
from pydantic import BaseModel


class Kind(StrEnum):
    """The kind of the values of a column."""

    TEXT = "text"
    """Also what has no kind of its own: ids as they are written, lists as JSON."""
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    """Times in UTC."""


class Column(NamedTuple):
    """One column: its name, the kind of its values, and where in a row they are."""

    name: str
    kind: Kind
    path: tuple[str, ...]

    def of(self, row: Mapping[str, Any]) -> Any:
        """The value of a row; None where it has none."""
        value: Any = row
        for part in self.path:
            if value is None:
                return None
            value = value[part]
        if self.kind is Kind.TEXT and value is not None and not isinstance(value, str):
            return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode() if isinstance(value, list) else str(value)
        return value


def columns_of(model: type[BaseModel], *, keys: Sequence[str] = (), without: Sequence[str] = ()) -> list[Column]:
    """The columns of a model's rows.

    Of a member that is an object by ``keys``, each key is a column; of one with members of its own each is one, with both names:
    ``before_value``. Members that are named in ``without`` have none.
    """
    return [
        column
        for name, field in model.model_fields.items()
        if name not in without
        for column in _of(name, field.annotation, keys)
    ]


def _of(name: str, annotation: Any, keys: Sequence[str]) -> Iterator[Column]:
    kind = (
        next((one for one in get_args(annotation) if one is not NoneType), annotation) if _may_be_none(annotation) else annotation
    )
    if get_origin(kind) is dict:
        yield from (Column(key, Kind.TEXT, (name, key)) for key in keys)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for inner, field in kind.model_fields.items():
            yield from (one._replace(name=f"{name}_{inner}", path=(name, *one.path)) for one in _of(inner, field.annotation, ()))
    else:
        yield Column(name, _KINDS.get(kind, Kind.TEXT), (name,))


def _may_be_none(annotation: Any) -> bool:
    return NoneType in get_args(annotation)


_KINDS: dict[Any, Kind] = {int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.FLAG, datetime: Kind.MOMENT}
