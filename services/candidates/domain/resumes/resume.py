"""What a resume states, taken together: each value with how sure it is and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.candidates.domain.resumes.abilities import skills_of, spoken_in
from services.candidates.domain.resumes.contacts import Contacts, Stated, contacts_of
from services.candidates.domain.resumes.dates import YearMonth, months_of
from services.candidates.domain.resumes.headings import Section, sections_of
from services.candidates.domain.resumes.lines import Line, without_margins
from services.candidates.domain.resumes.roles import level_of
from services.candidates.domain.resumes.schools import School, schools_of
from services.candidates.domain.resumes.work import Position, positions_of

MOST_LINES = 5_000
"""Lines of a resume that are read."""
SURE = 0.6
"""How sure a value must be to become one of the person's record."""


@dataclass(frozen=True, slots=True)
class Resume:
    """What a resume states."""

    contacts: Contacts
    positions: Sequence[Position]
    schools: Sequence[School]
    skills: Sequence[Stated]
    languages: Sequence[tuple[Stated, str | None]]
    """By ISO 639-1, and how well each is spoken."""
    years: Stated | None
    """Years of work, what overlaps counted once."""
    level: Stated | None
    is_complete: bool = True
    """Whether all of its lines were read."""

    @property
    def current(self) -> Position | None:
        """The place of work that has not ended: of several the one that began last."""
        running = [one for one in self.positions if one.period is not None and one.period.is_open]
        return max(running, key=lambda one: (one.period and one.period.start) or YearMonth(0), default=None)


def read_resume(lines: Sequence[Line], *, today: YearMonth) -> Resume:
    """What the lines of a document state. ``today``: until when an open period lasts."""
    sections = sections_of(without_margins(lines[:MOST_LINES]))
    head = _joined(sections, "header", "contact")
    work = _joined(sections, "experience")
    positions = positions_of(work)
    if not positions:
        positions = positions_of(_joined(sections, "header", "summary", "other"), dated_only=True)
    own = [line for section in sections if section.kind != "references" for line in section.lines]
    listed = _joined(sections, "skills")
    spoken = spoken_in(_joined(sections, "languages"), labelled=False) or spoken_in(own, labelled=True)
    found = Resume(
        contacts_of(head, own),
        positions,
        schools_of(_joined(sections, "education")),
        skills_of(listed),
        spoken,
        _years(positions, today),
        None,
        len(lines) <= MOST_LINES,
    )
    return replace(found, level=_level(found))


def _joined(sections: Sequence[Section], *kinds: str) -> list[Line]:
    return [line for section in sections if section.kind in kinds for line in section.lines]


def _years(positions: Sequence[Position], today: YearMonth) -> Stated | None:
    dated = [(one, one.period) for one in positions if one.period is not None and one.period.start is not None]
    if not dated:
        return None
    months = months_of([period for _, period in dated], today)
    sure = all(period.start is not None and period.start.month for _, period in dated)
    return Stated(f"{months / 12:.1f}", 0.9 if sure else 0.7, dated[0][0].place)


def _level(resume: Resume) -> Stated | None:
    """The level that the title of today says, or of the last place of work; else what years of work make likely."""
    last = resume.current or next(iter(resume.positions), None)
    if last is None or last.title is None:
        return None
    if (said := level_of(last.title)) is not None:
        return Stated(said, 0.85, last.place)
    years = float(resume.years.value) if resume.years is not None else None
    return None if years is None else Stated("junior" if years < 2 else "mid", 0.4, last.place)
