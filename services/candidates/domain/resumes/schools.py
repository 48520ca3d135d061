"""Schools: which, with what degree, and when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.candidates.domain.resumes.dates import Period
from services.candidates.domain.resumes.entries import Entry, entries_of
from services.candidates.domain.resumes.lines import Line, Place
from services.candidates.domain.resumes.roles import degree_in, is_school

_DASHES = re.compile(r"\s+[–—-]\s+|\s*;\s*")
_COMMAS = re.compile(r",\s+")
_REMARK = re.compile(r"\b(?:gpa|grade|note|minor|thesis|honou?rs|cum laude|abschluss)\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class School:
    """A school that somebody went to."""

    school: str | None
    degree: str | None
    period: Period | None
    confidence: float
    place: Place


def schools_of(lines: Sequence[Line]) -> list[School]:
    """The schools in a section. An entry that names no school and no degree is none."""
    found: list[School] = []
    for entry in entries_of(lines):
        school, degree = _read(entry)
        if school is None and degree is None:
            continue
        last = found[-1] if found else None
        if last is not None and (last.school is None or last.degree is None) and _completes(last, school, degree):
            found[-1] = School(last.school or school, last.degree or degree, last.period or entry.period, 0.8, last.place)
            continue
        confidence = 0.9 if school is not None and is_school(school) and degree is not None else 0.6
        found.append(School(school, degree, entry.period, confidence, entry.place))
    return found


def _completes(last: School, school: str | None, degree: str | None) -> bool:
    return (last.school is None and degree is None) or (last.degree is None and school is None)


def _read(entry: Entry) -> tuple[str | None, str | None]:
    for parts in _splits(entry.parts[:5]):
        school = next((part for part in parts if is_school(part) and not _is_mainly_degree(part)), None)
        degree = next((_whole_degree(place, parts, school) for place, part in enumerate(parts) if _degree(part, school)), None)
        if school is not None and (degree is not None or not any(degree_in(part) for part in parts)):
            return _with_subject(school, degree)
    parts = entry.parts
    degree = next((part for part in parts if degree_in(part)), None)
    others = [part for part in parts if part != degree]
    return (others[0] if degree is not None and others else None), degree


def _with_subject(school: str, degree: str | None) -> tuple[str, str | None]:
    """A school behind whose name the subject stands, taken apart."""
    name, comma, subject = school.partition(", ")
    if not comma or not is_school(name) or is_school(subject) or degree is None or " " in degree:
        return school, degree
    return name, subject if degree_in(subject) else f"{degree} in {subject}"


def _is_mainly_degree(text: str) -> bool:
    """Such as "Master of Business, University of X", which is to be taken apart first."""
    match = degree_in(text)
    return match is not None and match.start() == 0 and len(text.split()) > 1


def _degree(part: str, school: str | None) -> bool:
    return part != school and degree_in(part) is not None


def _whole_degree(place: int, parts: Sequence[str], school: str | None) -> str:
    """The degree with its subject, where that stands apart from it."""
    degree = _bare(parts[place])
    match = degree_in(degree)
    is_bare = match is not None and len(degree) - (match.end() - match.start()) <= 3
    if is_bare:
        subject = next((one for one in parts[place + 1 :] if one != school and not degree_in(one) and not is_school(one)), None)
        return degree if subject is None else f"{degree} in {subject}"
    return degree


def _splits(parts: Sequence[str]) -> Iterator[list[str]]:
    cleaned = [bare for part in parts if (bare := _REMARK.sub("", part).strip(" ,;–—-"))]
    dashed = [bare for part in cleaned for piece in _DASHES.split(part) if (bare := _bare(piece))]
    yield dashed
    yield [bare for part in dashed for piece in _COMMAS.split(part) if (bare := _bare(piece))]


def _bare(text: str) -> str:
    """A text without signs at its ends, and without a bracket that has no other."""
    text = text.strip(" ,;")
    if text.count("(") != text.count(")"):
        text = text.strip("()").strip()
    return text
