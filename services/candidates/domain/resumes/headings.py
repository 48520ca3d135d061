"""Which lines are headings, and what stands below each."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.candidates.domain.resumes.dates import period_in
from services.candidates.domain.resumes.languages import languages_in
from services.candidates.domain.resumes.lines import Line

_WORDS = {
    "experience": "experience experiences employment career berufserfahrung berufliche beruflicher werdegang erfahrung "
    "erfahrungen berufspraxis praxiserfahrung expérience expériences professionnelles professionnelle parcours "
    "experiencia laboral esperienza esperienze professionali lavorative werkervaring loopbaan experiência "
    "internships internship praktika",
    "education": "education academic ausbildung studium bildungsweg bildung schulbildung formation études etudes formación "
    "educación academica académica istruzione formazione opleiding opleidingen educação formação "
    "qualifications academics",
    "skills": "skills skill competencies competences kenntnisse fähigkeiten kompetenzen qualifikationen technologies "
    "tools toolset expertise proficiencies compétences habilidades competencias conocimientos competenze "
    "vaardigheden competências stack it-kenntnisse edv-kenntnisse skillset technology",
    "languages": "languages language sprachen sprachkenntnisse langues idiomas lingue talen línguas",
    "contact": "contact contacts kontakt kontaktdaten coordonnées contacto contatti details personalien persönliche daten "
    "personal information",
    "summary": "summary profile objective about me profil zusammenfassung résumé perfil resumen profilo samenvatting "
    "highlights introduction statement kurzprofil überblick overview",
    "references": "references referees referenzen références referencias referenze reference",
    "other": "projects project publications certifications certificates certificate licenses awards honors honours "
    "achievements interests hobbies volunteer volunteering activities patents talks courses training trainings "
    "memberships affiliations conferences presentations zertifikate projekte interessen ehrenamt weiterbildung "
    "weiterbildungen auszeichnungen veröffentlichungen publikationen projets publications certifications "
    "centres intérêt loisirs proyectos certificaciones progetti interessi projecten extracurricular leadership "
    "coursework community accomplishments portfolio bibliography",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_FILLERS = frozenset(
    [
        "work",
        "working",
        "professional",
        "relevant",
        "technical",
        "history",
        "and",
        "&",
        "und",
        "et",
        "y",
        "e",
        "of",
        "key",
        "core",
        "additional",
        "other",
        "selected",
        "the",
        "my",
        "further",
        "areas",
        "computer",
        "programming",
        "soft",
        "hard",
        "it",
        "background",
        "main",
        "business",
        "industry",
        "areas",
        "de",
        "la",
        "des",
        "du",
        "di",
        "mit",
        "other",
        "summary",
        "information",
        "qualifications",
        "berufliche",
        "akademische",
        "stationen",
        "tätigkeiten",
        "knowledge",
        "abilities",
        "languages",
        "&",
        "frameworks",
        "tools",
        "technologies",
        "software",
        "related",
        "proficiency",
        "training",
        "research",
        "teaching",
        "previous",
        "recent",
        "current",
        "in",
    ]
)
_FIRST = ("experience", "education", "languages", "skills", "references", "contact", "summary", "other")
"""Which kind a heading of several has: the first."""
_TRAILING = re.compile(r"[:\s_\-–—=*#|.\u200b\uf000-\uf8ff]+$")
_LEADING = re.compile(r"^[\s_\-–—=*#|•\u200b\uf000-\uf8ff]+")


@dataclass(slots=True)
class Section:
    """What stands below a heading; the kind ``header`` is what stands above the first."""

    kind: str
    lines: list[Line] = field(default_factory=list)


def sections_of(lines: Sequence[Line]) -> list[Section]:
    """The sections of a document, in order."""
    known = [line for line in lines if heading_kind(line) is not None]
    styles = {_style(line) for line in known if _style(line) is not None}
    found = [Section("header")]
    below: dict[int, Section] = {0: found[0]}
    before: Line | None = None
    for whole in lines:
        line, kind = whole, heading_kind(whole)
        if before is not None and line.column != before.column:
            # A column goes on where it was on the page before; one that begins anew has a head of its own.
            found.append(Section(below[line.column].kind if line.column in below else "header"))
        if kind is None and len(found) > 1 and _is_dressed_as_heading(line, styles):
            kind = "other"
        if kind is None:
            kind, line = _led_by_heading(line)
        before = line
        if kind is None:
            found[-1].lines.append(line)
            continue
        found.append(Section(kind))
        below[line.column] = found[-1]
        if line not in known and kind != "other" and line.cells:
            found[-1].lines.append(line)
    return found


def heading_kind(line: Line) -> str | None:
    """Of what a line is the heading; None for one that is none."""
    if len(line.cells) != 1 or len(line.text) > 60:
        return None
    text = _TRAILING.sub("", _LEADING.sub("", line.text))
    if re.search(r"[,;@\d]", text):
        return None
    letters = text.replace(" ", "")
    if re.fullmatch(r"(?:\w ){3,}\w", text):  # letters that are spaced out
        text = letters
    words = [word for word in re.split(r"[\s/]+", unicodedata.normalize("NFC", text).casefold()) if word]
    if not 1 <= len(words) <= 5:
        return None
    kinds = {_KINDS[word] for word in words if word in _KINDS}
    if not kinds or any(word not in _KINDS and word not in _FILLERS for word in words):
        return None
    if not (text[:1].isupper() or line.is_bold or text.isupper() or not text[:1].isalpha()):
        return None
    return next(kind for kind in _FIRST if kind in kinds)


def _led_by_heading(line: Line) -> tuple[str | None, Line]:
    """A line such as "Skills: Python, SQL" begins a section of its own, which it is the first line of."""
    head, colon, rest = line.text.partition(":")
    if not colon or not rest.strip() or line.is_bullet or len(head) > 30:
        return None, line
    kind = heading_kind(Line((head,), line.page, line.number))
    if kind not in {"skills", "languages"} or (kind == "languages" and not languages_in(rest)):
        return None, line
    return kind, Line((rest.strip(),), line.page, line.number, line.size, line.left, line.is_bold, line.is_full)


def _style(line: Line) -> tuple[float, bool, bool] | None:
    """How a heading is set; None where that does not tell it from other lines."""
    style = (round(line.size, 1), line.is_bold, line.text.isupper())
    return style if style[1] or style[2] or style[0] > 0 else None


def _is_dressed_as_heading(line: Line, styles: set[tuple[float, bool, bool] | None]) -> bool:
    text = line.text.strip()
    if len(line.cells) != 1 or len(text) > 40 or line.is_bullet or period_in(text) or re.search(r"[,;@\d.]", text):
        return False
    sized = round(line.size, 1)
    if text.isupper() and len(text) > 3:
        return (sized, line.is_bold, True) in styles and len(text.split()) <= 4
    return (
        line.size > 0 and (sized, line.is_bold, False) in styles and all(style is None or style[0] >= sized for style in styles)
    )
