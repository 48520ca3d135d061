"""Places of work: the firm, what somebody did there, and when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.candidates.domain.resumes.dates import Period
from services.candidates.domain.resumes.entries import Entry, entries_of
from services.candidates.domain.resumes.lines import Line, Place
from services.candidates.domain.resumes.roles import firm_score, title_score

_DASHES = re.compile(r"\s+[–—-]\s+|\s*;\s*|\s+(?:@|at|bei|chez|presso|bij)\s+|\s*@\s*")
_COMMAS = re.compile(r",\s+(?!(?:inc|llc|ltd|llp|corp|gmbh|co|plc|s\.a|ag|lp)\b(?!-))", re.IGNORECASE)
_ALONE = re.compile(r"\b(?:freelanc\w*|self-employed|independent|freiberuf\w*|selbständig\w*)\b", re.IGNORECASE)
_FIRM_AND_TOWN = re.compile(
    r"(?P<firm>.+?\b(?:inc|llc|ltd|corp|gmbh|ag|se|kg|plc|s\.a|bv|nv)\.?),\s+[^\W\d_][\w' -]{1,25}", re.IGNORECASE
)
_AT = re.compile(r"\s+(?:@|at|bei|chez|presso|bij)\s+")


@dataclass(frozen=True, slots=True)
class Position:
    """A place of work."""

    company: str | None
    title: str | None
    period: Period | None
    confidence: float
    place: Place


def positions_of(lines: Sequence[Line], *, dated_only: bool = False) -> list[Position]:
    """The places of work in a section. A role without a firm is one at the firm above."""
    positions: list[Position] = []
    company: str | None = None
    for entry in entries_of(lines, dated_only=dated_only):
        title, firm, confidence = _read(entry)
        if firm is None and title is not None and not _ALONE.search(title):
            firm = company
        if title is None and firm is None:
            continue
        if title is None and entry.period is None and len(entry.parts) == 1 and not firm_score(firm or ""):
            continue
        if dated_only and not (title and title_score(title)):
            continue
        if firm is not None:
            # A firm on a line of its own has the roles below it, too.
            company = firm if len(entry.rows) > 1 or title is None else None
        positions.append(Position(firm, title, entry.period, confidence, entry.place))
    return _with_roles(positions)


def _with_roles(positions: Sequence[Position]) -> list[Position]:
    """A firm alone above its roles is no place of work of its own."""
    return [
        one
        for one, after in zip(positions, [*positions[1:], None], strict=False)
        if one.title is not None or after is None or after.company != one.company
    ]


def _read(entry: Entry) -> tuple[str | None, str | None, float]:
    """The title, the firm, and how sure that is."""
    parts = entry.parts[:4]
    for split in _splits(parts):
        title, firm, confidence = _assign(split)
        if title is not None and firm is not None:
            behind = _FIRM_AND_TOWN.fullmatch(firm)
            return title, firm if behind is None else behind["firm"], confidence
    return _alone(parts)


def _splits(parts: Sequence[str]) -> Iterator[list[str]]:
    """The parts, taken apart by ever weaker signs."""
    at = [piece for part in parts for piece in _pieces(_AT, part)]
    yield at
    dashed = [piece for part in at for piece in _pieces(_DASHES, part)]
    yield dashed
    yield [piece for part in dashed for piece in _pieces(_COMMAS, part)]


def _pieces(sign: re.Pattern[str], text: str) -> list[str]:
    return [piece.strip(" ,;()") for piece in sign.split(text) if piece.strip(" ,;()")]


def _assign(parts: Sequence[str]) -> tuple[str | None, str | None, float]:
    """Which part is the title, and which the firm."""
    if len(parts) < 2:
        return None, None, 0.0
    scored = [(title_score(part) - firm_score(part), -place, part) for place, part in enumerate(parts)]
    best, place, title = max(scored)
    others = [(firm_score(part) - title_score(part), -at, part) for at, part in enumerate(parts) if at != -place]
    if best <= 0:
        # No word is a title's: firms are mostly named first, on a line of their own.
        return parts[1], parts[0], 0.5
    return title, max(others)[2], 0.9 if max(others)[0] >= 0 else 0.7


def _alone(parts: Sequence[str]) -> tuple[str | None, str | None, float]:
    if not parts:
        return None, None, 0.0
    return (parts[0], None, 0.7) if title_score(parts[0]) > firm_score(parts[0]) else (None, parts[0], 0.5)
