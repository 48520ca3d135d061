"""From the cells of a row to the fields of a candidate, as PATCH takes them; what a spreadsheet has damaged is recognised."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from phonenumbers.geodata.locale import LOCALE_DATA

from services.candidates.domain.imports.columns import EXTERNAL_ID, FIRST_NAME, LAST_NAME, OBSERVED_AT, SEVERAL, plain
from services.candidates.domain.imports.rows import Meaning, RowError

SCIENTIFIC = (
    "was damaged by a spreadsheet: a number such as 4.9E+10 is what is left of a longer one; export the column as text again"
)
DATE = "was damaged by a spreadsheet, which took it for a date such as Oct-49; export the column as text again"
FORMULA = "holds a formula; only values are read"

_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_MONTHS = "jan|feb|mar|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
_DATE = re.compile(rf"(({_MONTHS})-\d{{2}}|\d{{1,2}}-({_MONTHS}))", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+)?|\d{2}:\d{2}:\d{2}")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d{1,2})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,']\d{3})+")
_SEPARATORS = {"emails": r"[;,|\s]+", "phones": r"[;,|\n]+(?!\s*ext=)", "links": r"[;|\s]+", "skills": r"[;,|\n]+"}
_LONG_NUMBERS = frozenset({EXTERNAL_ID, "phones"})
_CODES = frozenset({"level", "market_status", "tier"})
_DATES_AND_CODES = _CODES | {OBSERVED_AT}


class CellError(ValueError):
    """A cell breaks a rule; the message is the rule and holds no value."""


def fields_of(
    columns: Sequence[str], cells: Sequence[str | list[str]], meaning: Meaning
) -> tuple[dict[str, Any], str | None, list[tuple[RowError, bool]]]:
    """What a row states, the external id in it, and the rules that its cells break; with each, whether the row means nobody then.

    A cell that breaks a rule is left out. An empty one is too, unless the mapping has it clear the field.
    """
    stated: dict[str, Any] = {}
    errors: list[tuple[RowError, bool]] = []
    for column, cell in zip(columns, cells, strict=True):
        field = meaning.columns.get(column)
        if field is None:
            continue
        texts = [text for one in ([cell] if isinstance(cell, str) else cell) if (text := one.strip())]
        if not texts:
            if meaning.clears_empty and field not in SEVERAL | {EXTERNAL_ID, OBSERVED_AT}:
                stated.setdefault(field, None)
            elif meaning.clears_empty and field in SEVERAL:
                stated.setdefault(field, [])
            continue
        try:
            value = _value(field, texts)
        except CellError as error:
            errors.append((RowError(str(error), column, field), field == EXTERNAL_ID))
            continue
        stated[field] = [*stated.get(field, []), *value] if field in SEVERAL else value
    external_id = stated.pop(EXTERNAL_ID, None)
    _join_names(stated)
    return _nested(stated), external_id, errors


def _value(field: str, texts: Sequence[str]) -> Any:
    """What a cell says of a field: of a list that is no list of the field, the first item."""
    if field in SEVERAL:
        return [part for text in texts for part in _parts(field, text)]
    return _scalar(field, texts[0])


def _parts(field: str, text: str) -> list[str]:
    _demand_undamaged(field, text)
    return [part for part in (one.strip() for one in re.split(_SEPARATORS[field], text)) if part]


def _scalar(field: str, text: str) -> Any:
    _demand_undamaged(field, text)
    read = _READERS.get(field)
    return text if read is None else read(text)


def _demand_undamaged(field: str, text: str) -> None:
    if field in _LONG_NUMBERS and _SCIENTIFIC.fullmatch(text):
        raise CellError(SCIENTIFIC)
    may_be_date = field not in _DATES_AND_CODES and ("-" in text or ":" in text)
    if may_be_date and (_DATE.fullmatch(text) or (not field.startswith("attributes.") and _ISO_DATE.fullmatch(text))):
        raise CellError(DATE)
    if text[0] == "=":
        raise CellError(FORMULA)


def _number(text: str) -> float:
    bare = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if _THOUSANDS.fullmatch(bare):
        return float(re.sub(r"[.,']", "", bare))
    if not _NUMBER.fullmatch(bare):
        raise CellError("must be a number")
    return float(bare.replace(",", "."))


def _years(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise CellError("must be a number")
    return float(text.replace(",", "."))


def _code(text: str) -> str:
    return plain(text).replace(" ", "_")


def _country(text: str) -> str:
    return text if len(text) == 2 else country_of(text) or text


def country_of(name: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) that has this name in some language; None where none has."""
    return _countries().get(_folded(name))


@cache
def _countries() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 by a country's name in any language that the telephone library knows."""
    return {
        _folded(name): code for code, names in LOCALE_DATA.items() if len(code) == 2 for name in names.values() if name != "*"
    }


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in bare if mark.isalnum())


_READERS: Mapping[str, Callable[[str], Any]] = {
    "salary.amount": _number,
    "years_experience": _years,
    "location.country": _country,
    "salary.currency": str.upper,
    **dict.fromkeys(_CODES, _code),
}


def _join_names(stated: dict[str, Any]) -> None:
    """A name in two columns is one, unless there is a whole one."""
    given = FIRST_NAME in stated or LAST_NAME in stated
    parts = [stated.pop(part, None) for part in (FIRST_NAME, LAST_NAME)]
    if given and "name" not in stated:
        stated["name"] = " ".join(filter(None, parts)) or None


def _nested(stated: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, value in stated.items():
        name, _, member = field.partition(".")
        if member:
            fields.setdefault(name, {})[member] = value
        else:
            fields[name] = value
    return fields
