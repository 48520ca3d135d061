"""The entries of a section of work or of schools: the lines that say where and when, without what was done there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from services.candidates.domain.resumes.dates import Found, Period, period_in
from services.candidates.domain.resumes.lines import Line, Place
from services.candidates.domain.resumes.places import town_of, without_town

LONGEST_HEAD = 160
_INDENT = 6.0
"""Points by which what goes on with an item stands further in than a head."""
_DURATION = re.compile(
    r"\(?\s*(?:\d+\s*(?:years?|yrs?|jahre?|ans?|años?|anni)\.?,?\s*)?(?:\d+\s*(?:months?|mos?|monate?|mois|meses|mesi)\.?)?\s*\)?",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\s*[|•·●♦⋄◇■]\s*|\s{2,}|\t|\s+//\s+")
_LABEL = re.compile(
    r"^(?:company|employer|firma|arbeitgeber|title|position|role|dates?|period|institution|school)\s*:\s*", re.IGNORECASE
)


@dataclass(slots=True)
class Entry:
    """An entry: what its heads say without dates and towns, part by part, and when."""

    place: Place
    rows: list[list[str]] = field(default_factory=list)
    """The parts of each of its heads."""
    period: Period | None = None

    @property
    def parts(self) -> list[str]:
        return [part for row in self.rows for part in row]


@dataclass(frozen=True, slots=True)
class _Head:
    line: Line
    found: Found | None
    is_aside: bool
    """Whether it says only when and where, so that it belongs to the entry above."""


def entries_of(lines: Sequence[Line], *, dated_only: bool = False) -> list[Entry]:
    """The entries of a section, in order. ``dated_only``: only heads with a date begin one."""
    entries: list[Entry] = []
    group: list[_Head] = []
    before: Line | None = None
    in_text = False
    margin = min((line.left for line in lines if not line.is_bullet), default=0.0)
    for line in lines:
        head, aside = _head_of(line, before, in_text=in_text, is_indented=line.left > margin + _INDENT)
        if aside is not None and entries and not group:
            _add(entries[-1], aside)
        elif aside is not None and group:
            group.append(_Head(aside, period_in(aside.text), is_aside=True))
        if head is None:
            entries += _grouped(group, dated_only=dated_only)
            group, in_text = [], True
        elif head.is_aside and in_text and entries and not group and (entries[-1].period is None or head.found is None):
            _add(entries[-1], line)
        else:
            group.append(head)
            in_text = False
        before = line
    return entries + _grouped(group, dated_only=dated_only)


def _head_of(line: Line, before: Line | None, *, in_text: bool, is_indented: bool) -> tuple[_Head | None, Line | None]:
    """The line as a head, None for text; and what stands beside text and is none."""
    if line.is_bullet and not (period_in(line.text) and not in_text and before is None):
        beside = [cell for cell in line.cells[1:] if is_aside(cell)]
        return None, replace(line, cells=tuple(beside)) if beside else None
    text = line.text
    found = period_in(text)
    if all(map(is_aside, line.cells)):
        return _Head(line, found, is_aside=True), None
    goes_on = in_text and before is not None and (before.is_full or is_indented) and not line.is_bold
    is_sentence = text.rstrip().endswith((".", ";")) and len(text.split()) > 6 and not found
    is_within = found is not None and found.begin > 0 and len(text) - found.stop > 2
    if found is not None and is_within and found.period.start is None and len(text.split()) > 12:
        is_sentence = True
    starts_low = text[:1].islower()
    if is_sentence or starts_low or len(text) > LONGEST_HEAD or (goes_on and found is None):
        return None, None
    return _Head(line, found, is_aside=False), None


def is_aside(text: str) -> bool:
    """Whether a text says only when, for how long or where."""
    rest = text
    while (found := period_in(rest)) is not None:
        rest = rest[: found.begin] + " " + rest[found.stop :]
    rest = rest.strip(" ()|•·,–—-\t")
    return not rest or _DURATION.fullmatch(rest) is not None or town_of(rest) is not None


def _grouped(group: Sequence[_Head], *, dated_only: bool) -> list[Entry]:
    """The entries of heads that follow each other: one to a date, or one where there is none."""
    dates = [place for place, head in enumerate(group) if head.found is not None]
    if not group or (dated_only and not dates):
        return []
    cuts = [0]
    if len(dates) > 1:
        cuts = _cuts(dates)
    entries = []
    for begin, stop in zip(cuts, [*cuts[1:], len(group)], strict=True):
        entry = Entry(Place.of(group[begin].line))
        for head in group[begin:stop]:
            _add(entry, head.line)
        if entry.parts:
            entries.append(entry)
        elif entries and entry.period is not None and entries[-1].period is None:
            entries[-1].period = entry.period
    return entries


def _cuts(dates: Sequence[int]) -> list[int]:
    """Where the entries begin of heads with several dates: each has as many lines before its date as the first."""
    lead = dates[0]
    if lead == 0:
        return list(dates)
    gaps = [later - earlier for earlier, later in pairwise(dates)]
    if all(gap > lead for gap in gaps):
        return [0, *(date - lead for date in dates[1:])]
    # A firm with several roles, or lines of which only some have a date: an entry ends with its date.
    return [0, *(date + 1 for date in dates[:-1])]


def _add(entry: Entry, line: Line) -> None:
    """What a line says, added to an entry."""
    row: list[str] = []
    for cell in line.cells:
        text = cell
        while (found := period_in(text)) is not None:
            if entry.period is None or (entry.period.start is None and found.period.start is not None):
                entry.period = found.period
            after = text[found.stop :].strip(" ()|•·,–—-\t:")
            if after.endswith(".") and len(after.split()) > 2:
                after = ""
            text = f"{text[: found.begin].rstrip(' (|•·,–—-:')}  {after}".strip()
        for part in _STRONG.split(text):
            bare = without_town(_LABEL.sub("", part.strip(" ,;|–—•·-"))).strip(" ,;|–—•·-:\uf000")
            bare = bare.removesuffix("(").strip()
            if bare.count("(") > bare.count(")") and not bare.endswith(")"):
                bare += ")"
            if bare and not (_DURATION.fullmatch(bare) or town_of(bare) is not None):
                row.append(bare)
    if row:
        entry.rows.append(row)
