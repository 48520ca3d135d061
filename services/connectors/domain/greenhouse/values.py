"""Reading single values of a body that may hold anything: a wrong value is a missing one, never an error."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.currencies import CURRENCIES
from shared.timestamps import EARLIEST, LATEST

Tree = Mapping[str, Any]

_SKEW = timedelta(hours=1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMERICAN_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NOTHING: Tree = {}


def branch(tree: Tree, *names: str) -> Tree:
    """The first of the named members that is an object with anything in it, else an empty one."""
    for name in names:
        value = tree.get(name)
        if isinstance(value, Mapping) and value:
            return value
    return NOTHING


def branches(tree: Tree, name: str) -> Sequence[Tree]:
    """The objects in the named list; a single object counts as a list of one."""
    value = tree.get(name)
    if isinstance(value, Mapping):
        return [value] if value else []
    return [item for item in value if isinstance(item, Mapping) and item] if isinstance(value, list) else []


def text(value: object, limit: int = 500) -> str | None:
    """The text without control characters and surrounding blanks, cut to the limit; None where nothing is left."""
    if not isinstance(value, str):
        return None
    cleaned = _INVISIBLE.sub("", value).strip()[:limit].strip()
    return cleaned or None


def identifier(value: object) -> str | None:
    """A vendor's id, a number or a string, as a string that a reference can hold."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value if 1 <= len(value) <= 150 and value.isprintable() and " " not in value else None


def application_identifier(value: object) -> str | None:
    """An application's id, a whole number, as a string; None for what the vendor cannot have meant as one."""
    found = identifier(value)
    usable = found is not None and found.isascii() and found.isdecimal() and int(found) < 2**63
    return found if usable else None


def flag(value: object) -> bool | None:
    """True or false, also as the strings that some exports write."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    return None


def amount(value: object) -> float | None:
    """An amount of money that is neither negative nor absurd."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value.replace(",", "") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= 1e12 else None


def currency(value: object) -> str | None:
    """A currency that exists, as its ISO 4217 code."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if code in CURRENCIES else None


def day(value: object) -> date | None:
    """A date, ``YYYY-MM-DD`` or, as the vendor writes start dates, ``MM/DD/YYYY``; or the first part of a time."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    try:
        if _AMERICAN_DAY.fullmatch(value):
            month, number, year = value.split("/")
            found = date(int(year), int(month), int(number))
        else:
            found = date.fromisoformat(value[:10])
    except ValueError:
        return None
    return found if EARLIEST.year <= found.year <= LATEST.year else None


def moment(value: object, zone: ZoneInfo, not_after: datetime) -> datetime | None:
    """A time in UTC; a date alone, or a time without a zone, is read in ``zone``.

    None for what no clock can have said: before 1900, or later than an hour after ``not_after`` (the first receipt).
    """
    if not isinstance(value, str):
        return None
    value = value.strip()
    try:
        if _DAY.fullmatch(value):
            found = datetime.combine(date.fromisoformat(value), time(), tzinfo=zone)
        else:
            found = datetime.fromisoformat(value.upper().replace(" UTC", "Z"))
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if EARLIEST <= found <= not_after + _SKEW else None


def plain(name: str) -> str:
    """A name for comparison: lower case, words separated by single blanks, no punctuation."""
    return " ".join(re.findall(r"\w+", name.casefold().replace("_", " ")))


def code(name: str) -> str | None:
    """A name as a code that may travel on the bus: ``LinkedIn (Prospecting)`` is ``linkedin-prospecting``."""
    slug = "-".join(re.findall(r"\w+", name.casefold().replace("_", "-")))[:100].strip("-")
    return slug or None
