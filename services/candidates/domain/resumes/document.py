"""A document of any kind as what it states, read in a process of its own."""

from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from services.candidates.domain.imports.cells import country_of
from services.candidates.domain.imports.encodings import encoding_of
from services.candidates.domain.imports.rows import FileRefused
from services.candidates.domain.resumes.contacts import Stated
from services.candidates.domain.resumes.dates import Period, YearMonth
from services.candidates.domain.resumes.docx import docx_lines
from services.candidates.domain.resumes.headings import heading_kind
from services.candidates.domain.resumes.lines import Line, plain_lines
from services.candidates.domain.resumes.pdf import pdf_lines
from services.candidates.domain.resumes.resume import Resume, read_resume
from shared.isolated import Unreadable
from shared.skills import aliases

PDF = b"%PDF"
ZIP = b"PK\x03\x04"
LONGEST_LINE = 20_000
"""Characters: a paragraph of a resume is a line, and no resume has a longer one."""
_LEAST_HEADINGS = 1


def prepare() -> None:
    """Load what is loaded from files when it is first used."""
    aliases()
    country_of("")


def read_document(file: BinaryIO, answer: BinaryIO, *, today: tuple[int, int], pages: int, unpacked_mib: int) -> None:
    """Write the kind of a document and what it states, as JSON. Runs in a process of its own. Raises Unreadable."""
    content = file.read()
    kind, lines = _lines(content, pages, unpacked_mib)
    if not lines:
        raise Unreadable("holds no text")
    if any(len(line.text) > LONGEST_LINE for line in lines):
        raise Unreadable(f"holds a line of more than {LONGEST_LINE:,} characters")
    resume = read_resume(lines, today=YearMonth(*today))
    answer.write(orjson.dumps([kind, resume_json(resume)]))


def _lines(content: bytes, pages: int, unpacked_mib: int) -> tuple[str, list[Line]]:
    if PDF in content[:1024]:
        return "pdf resume", pdf_lines(content, pages=pages)
    if content.startswith(ZIP):
        return "docx resume", docx_lines(content, unpacked_mib=unpacked_mib, pages=pages)
    try:
        text = content.decode(encoding_of([content]))
    except FileRefused as error:
        raise Unreadable("must be text in UTF-8, UTF-16 or cp1252") from error
    return "text resume", plain_lines(text.replace("\0", ""))


def is_resume(text: str) -> bool:
    """Whether a text is a resume and no table: it has headings of a resume, and an address near its head."""
    lines = plain_lines(text)
    headings = [heading_kind(line) for line in lines]
    is_headed = sum(kind not in {None, "contact"} for kind in headings) >= _LEAST_HEADINGS
    return is_headed and any("@" in line.text or sum(map(str.isdigit, line.text)) >= 7 for line in lines[:20])


def resume_json(resume: Resume) -> dict[str, Any]:
    """What a resume states as JSON values; dates as YYYY or YYYY-MM."""
    contacts = resume.contacts
    town = contacts.town
    return {
        "name": None if contacts.name is None else asdict(contacts.name),
        "emails": [asdict(one) for one in contacts.emails],
        "phones": [asdict(one) for one in contacts.phones],
        "links": [asdict(one) for one in contacts.links],
        "location": None if town is None else {"city": town[0].city, "country": town[0].country, **_where(town[1])},
        "positions": [
            {
                "company": one.company,
                "title": one.title,
                **_when(one.period),
                "confidence": one.confidence,
                "place": asdict(one.place),
            }
            for one in resume.positions
        ],
        "schools": [
            {
                "school": one.school,
                "degree": one.degree,
                **_when(one.period),
                "confidence": one.confidence,
                "place": asdict(one.place),
            }
            for one in resume.schools
        ],
        "skills": [asdict(one) for one in resume.skills],
        "languages": [{"language": one.value, "proficiency": level, **_where(one)} for one, level in resume.languages],
        "years_experience": None if resume.years is None else {"value": float(resume.years.value), **_where(resume.years)},
        "level": None if resume.level is None else asdict(resume.level),
        "is_complete": resume.is_complete,
    }


def _where(one: Stated) -> dict[str, Any]:
    return {"confidence": one.confidence, "place": asdict(one.place)}


def _when(period: Period | None) -> dict[str, Any]:
    if period is None:
        return {"from": None, "to": None, "is_open": False}
    dates = [None if at is None else str(at) for at in (period.start, period.end)]
    return {"from": dates[0], "to": dates[1], "is_open": period.is_open}
