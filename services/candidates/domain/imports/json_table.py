"""JSON: a list of people, one to an object, with whatever names their members have; or a resume by JSON Resume or FRESH.

A resume states what somebody is now: the latest place of work that has no end, and what they know.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.candidates.domain.imports.rows import (
    BadRow,
    FileRefused,
    FileRows,
    Format,
    Limits,
    Row,
    RowError,
    Table,
    checked_columns,
)

_VALUE = ("value", "url", "name")
"""The member that says what an item of a list is."""


def json_table(parsed: Any, limits: Limits) -> Table:
    """The people in a JSON text that was read. A row's line is its place in the list, counted from 1. Raises FileRefused."""
    kind, people = _people(parsed)
    flat = [_flat(one) if isinstance(one, dict) else None for one in people]
    names = list(dict.fromkeys(name for one in flat if one is not None for name in one))
    if not names:
        raise FileRefused.of("file", "names nobody")
    return Table(Format(kind, "utf-8"), checked_columns(names, limits), _rows(flat, names))


def _rows(flat: Sequence[Mapping[str, Any] | None], names: Sequence[str]) -> FileRows:
    """Every person; an item that is no object is none."""
    for number, one in enumerate(flat, 1):
        if one is None:
            yield BadRow(number, RowError("must be an object"))
        elif wrong := next((name for name, cell in one.items() if any("\0" in text for text in [*cell])), None):
            yield BadRow(number, RowError("holds a NUL character", wrong.strip()))
        else:
            yield Row(number, [one.get(name, "") for name in names])


def _people(parsed: Any) -> tuple[str, Sequence[Any]]:
    """The format, and the people. Raises FileRefused."""
    if isinstance(parsed, dict) and (resume := _resume(parsed)) is not None:
        return resume[0], [resume[1]]
    if isinstance(parsed, dict):
        lists = [one for one in parsed.values() if isinstance(one, list)]
        parsed = lists[0] if len(lists) == 1 and len(parsed) <= 5 and all(isinstance(one, dict) for one in lists[0]) else [parsed]
    if not isinstance(parsed, list):
        raise FileRefused.of("file", "must be a JSON list of people, or a resume")
    resumes = [_resume(one) if isinstance(one, dict) else None for one in parsed]
    if parsed and all(one is not None for one in resumes):
        return resumes[0][0] if resumes[0] else "json", [one[1] for one in resumes if one is not None]
    return "json", parsed


def _resume(one: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The name of the resume's format, and what it states under the API's names; None for what is no resume."""
    if isinstance(one.get("basics"), dict):
        return "json resume", _json_resume(one)
    if isinstance(one.get("contact"), dict) and isinstance(one.get("meta"), dict):
        return "fresh resume", _fresh_resume(one)
    return None


def _json_resume(one: Mapping[str, Any]) -> dict[str, Any]:
    basics = one["basics"]
    work = _now(_objects(one.get("work")), "endDate")
    place = _object(basics.get("location"))
    profiles = [profile.get("url") for profile in _objects(basics.get("profiles"))]
    skills = [
        text for skill in _objects(one.get("skills")) for text in _texts(skill.get("keywords")) or _texts(skill.get("name"))
    ]
    return {
        "name": basics.get("name"),
        "emails": _texts(basics.get("email")),
        "phones": _texts(basics.get("phone")),
        "links": _texts([basics.get("url") or basics.get("website"), *profiles]),
        "location.city": place.get("city"),
        "location.country": place.get("countryCode"),
        "company": work.get("name") or work.get("company"),
        "title": work.get("position") or basics.get("label"),
        "skills": skills,
    }


def _fresh_resume(one: Mapping[str, Any]) -> dict[str, Any]:
    contact, place = one["contact"], _object(one.get("location"))
    work = _now(_objects(_object(one.get("employment")).get("history")), "end")
    sets = _objects(_object(one.get("skills")).get("sets"))
    return {
        "name": one.get("name"),
        "emails": _texts(contact.get("email")),
        "phones": _texts(contact.get("phone")),
        "links": _texts([contact.get("website"), *(social.get("url") for social in _objects(one.get("social")))]),
        "location.city": place.get("city"),
        "location.country": place.get("country"),
        "company": work.get("employer"),
        "title": work.get("position") or _object(one.get("info")).get("label"),
        "skills": [text for group in sets for text in _texts(group.get("skills"))],
    }


def _now(work: Sequence[Mapping[str, Any]], end: str) -> Mapping[str, Any]:
    """The first place of work that has no end; none where all have."""
    return next((one for one in work if one.get(end) in (None, "", "current", "present")), {})


def _flat(one: Mapping[str, Any]) -> dict[str, Any]:
    """The members by name, those of an object below it with a dot; lists as lists of texts."""
    flat: dict[str, Any] = {}
    for name, value in one.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": _cell(below) for inner, below in value.items()}
        else:
            flat[name] = _cell(value)
    return flat


def _cell(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return _texts(value)
    return next(iter(_texts(value)), "")


def _texts(value: Any) -> list[str]:
    """The texts of a value, without what holds none."""
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, dict):
        return _texts(next((value[name] for name in _VALUE if name in value), None))
    if value is None or isinstance(value, bool):
        return [] if value is None else [str(value).lower()]
    return [text] if (text := str(value).strip()) else []


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
