"""The CloudEvents envelope of a posted event: which attributes it has and which rules they keep."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.engagement.domain.incoming import OWN_SOURCES
from shared.errors import FieldError
from shared.events import FACTS
from shared.ids import SOURCE, candidate_id
from shared.timestamps import CLOCK_SKEW, read_moment

LONGEST_ID = 500
LONGEST_EXTENSION = 1000

_EXTENSION = re.compile(r"[a-z0-9]{1,50}")
_JSON_TYPE = re.compile(r"application/([a-z0-9.+-]+\+)?json(\s*;.*)?", re.IGNORECASE)
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def read_envelope(item: Mapping[str, Any], *, now: datetime, specversion_needed: bool) -> tuple[dict[str, Any], list[FieldError]]:
    """The attributes that keep their rules, and every rule that is broken.

    ``time`` comes back in UTC, ``data`` as an object. ``specversion_needed``: the content type says CloudEvents; plain JSON
    may leave the version out.
    """
    good: dict[str, Any] = {"data": {}}
    wrong: list[FieldError] = []
    for name, rule in _RULES.items():
        value = item.get(name)
        if value is None:
            if name in _NEEDED or (name == "specversion" and specversion_needed):
                wrong.append(FieldError(name, "is required"))
            continue
        try:
            good[name] = rule(value)
        except ValueError as error:
            wrong.append(FieldError(name, str(error)))
    if "time" in good and good["time"] > now + CLOCK_SKEW:
        wrong.append(FieldError("time", f"must not be in the future: it is now {now:%Y-%m-%dT%H:%M:%SZ}"))
        del good["time"]
    extensions = (_extension_problem(name, item[name]) for name in item.keys() - _RULES.keys())
    wrong += [problem for problem in extensions if problem is not None]
    if _is_traceparent(item.get("traceparent")):
        good["traceparent"] = item["traceparent"]
    return good, wrong


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a string that is not empty")
    return value


def _specversion(value: object) -> str:
    if value != "1.0":
        raise ValueError('must be "1.0"')
    return "1.0"


def _source(value: object) -> str:
    source = _text(value)
    if not SOURCE.fullmatch(source):
        raise ValueError("must be 1 to 50 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit")
    if source in OWN_SOURCES:
        raise ValueError(f"must not be {source}: that is the source of Rekindle's own events")
    return source


def _id(value: object) -> str:
    if len(_text(value)) > LONGEST_ID:
        raise ValueError(f"must have at most {LONGEST_ID} characters")
    return str(value)


def _type(value: object) -> str:
    if _text(value) not in FACTS:
        raise ValueError("must be one of " + ", ".join(FACTS))
    return str(value)


def _subject(value: object) -> str:
    candidate_id(_text(value))
    return str(value)


def _datacontenttype(value: object) -> str:
    if not _JSON_TYPE.fullmatch(_text(value)):
        raise ValueError("must be application/json: data is read as a JSON object")
    return str(value)


def _data(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")
    return value


def _data_base64(_value: object) -> None:
    raise ValueError("is not read here: send data as a JSON object")


def _extension_problem(name: str, value: object) -> FieldError | None:
    """The rule that an extension attribute breaks; CloudEvents allows any of lower-case letters and digits with a plain value."""
    if not _EXTENSION.fullmatch(name):
        field = name if name.isprintable() and len(name) <= 100 else "body"
        return FieldError(field, "is no attribute of an event: extensions have names of 1 to 50 of a-z, 0-9")
    if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > LONGEST_EXTENSION):
        return FieldError(name, f"must be a number, a boolean or a string of at most {LONGEST_EXTENSION} characters")
    return None


def _is_traceparent(value: object) -> bool:
    return isinstance(value, str) and _TRACEPARENT.fullmatch(value) is not None


_RULES: dict[str, Callable[[object], Any]] = {
    "specversion": _specversion,
    "source": _source,
    "id": _id,
    "type": _type,
    "subject": _subject,
    "time": read_moment,
    "datacontenttype": _datacontenttype,
    "dataschema": _text,
    "data": _data,
    "data_base64": _data_base64,
}
_NEEDED = frozenset({"source", "id", "type", "subject"})
