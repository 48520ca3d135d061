"""A resume as a table of one row: what it states of today, as far as that is sure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from services.candidates.domain.contact import phone_in, read_phone
from services.candidates.domain.imports.rows import FileRefused, Format, Row, SentFile, Table
from services.candidates.domain.resumes.document import read_document
from services.candidates.domain.resumes.resume import SURE
from shared.isolated import Isolation, Unreadable

COLUMNS = (
    "name",
    "emails",
    "phones",
    "links",
    "location.city",
    "location.country",
    "company",
    "title",
    "level",
    "years_experience",
    "skills",
)
"""The fields of a record that a resume states, under the API's names."""
STATED_MIB = 2
"""What one resume may state, as JSON."""


@dataclass(frozen=True, slots=True)
class ResumeReader:
    """How resumes are read. ``region``: the country of telephone numbers where one names none; ``pages``: the most of one."""

    isolation: Isolation
    now: datetime
    region: str | None
    pages: int
    files: int = 1
    """The most of an archive."""
    name: str = ""
    """What the file that is sent is called."""
    keeps: bool = False
    """Whether rows hold their files, to be kept."""

    def read(self, file: BinaryIO) -> tuple[str, dict[str, Any]]:
        """The kind of a document, and what it states. Raises Unreadable."""
        today = (self.now.year, self.now.month)
        unpacked = self.isolation.memory_mib // 4
        reading = replace(self.isolation, written_mib=STATED_MIB)
        with reading.read(read_document, file, today=today, pages=self.pages, unpacked_mib=unpacked) as answer:
            kind, resume = orjson.loads(answer.read())
        country = (resume["location"] or {}).get("country") or self.region
        resume["phones"] = [
            one | {"value": phone} for one in resume["phones"] if (phone := _telephone(one["value"], country)) is not None
        ]
        return kind, resume

    def table(self, file: BinaryIO) -> Table:
        """A document with one person. Raises FileRefused."""
        try:
            kind, resume = self.read(file)
        except Unreadable as error:
            raise FileRefused.of("file", str(error)) from error
        file.seek(0)
        return Table(Format(kind), COLUMNS, iter([resume_row(1, resume, self.sent(self.name, file.read))]))

    def sent(self, name: str, read: Callable[[], bytes]) -> SentFile | None:
        """A file that is to be kept, with its bytes; None where none is."""
        return SentFile(name, read()) if self.keeps else None


def resume_row(line: int, resume: Mapping[str, Any], file: SentFile | None = None) -> Row:
    """What a resume states as a row of ``COLUMNS``; of the places of work the one that has not ended counts."""
    location = _sure(resume["location"])
    running = [one for one in resume["positions"] if one["is_open"]]
    current: Mapping[str, Any] = max(running, key=lambda one: one["from"] or "", default={})
    years = _sure(resume["years_experience"]).get("value")
    cells: dict[str, str | list[str]] = {
        "name": _sure(resume["name"]).get("value", ""),
        **{
            name: [one["value"] for one in resume[name] if one["confidence"] >= SURE]
            for name in ("emails", "phones", "links", "skills")
        },
        "location.city": location.get("city") or "",
        "location.country": location.get("country") or "",
        "company": current.get("company") or "",
        "title": current.get("title") or "",
        "level": _sure(resume["level"]).get("value", ""),
        "years_experience": "" if years is None else str(years),
    }
    return Row(line, [cells[name] for name in COLUMNS], resume, file)


def _telephone(text: str, country: str | None) -> str | None:
    """In E.164 where its country is known; None for what cannot be a telephone number."""
    try:
        return phone_in(country, read_phone(text))
    except ValueError:
        return None


def _sure(stated: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return stated if stated is not None and stated["confidence"] >= SURE else {}
