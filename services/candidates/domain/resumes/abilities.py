"""Skills and languages, as lists name them."""

import re
from collections.abc import Iterator, Sequence

from services.candidates.domain.resumes.contacts import Stated
from services.candidates.domain.resumes.languages import languages_in
from services.candidates.domain.resumes.lines import Line, Place
from shared.skills import aliases, skill_of

MOST_WORDS = 5
_BETWEEN = re.compile(r"\s*[,;|•·●▪\n\t\uf0b7]\s*|\s{2,}|\s+/\s+|\s+[–—]\s+")
_INTEREST = re.compile(r"^\s*(?:interests?|hobb\w*|interessen)\b", re.IGNORECASE)
_HUMAN = re.compile(r"^\s*(?:(?:spoken |human |foreign )?languages?|sprachen|langues|idiomas|lingue)\s*$", re.IGNORECASE)
_LEVEL = re.compile(
    r"\s*[(:–—-]?\s*\b(?:expert|advanced|intermediate|beginner|basic|proficient|fluent|sehr gut|gut|grundkenntnisse|"
    r"fortgeschritten|\d+\+?\s*(?:years?|yrs?|jahre?)|\d{1,3}\s?%|\d/\d|[★☆●○]+)\b\)?\s*$",
    re.IGNORECASE,
)


def skills_of(lines: Sequence[Line]) -> list[Stated]:
    """The skills that the lines of a section list, each once, in the one spelling. Prose lists none."""
    found: dict[str, Stated] = {}
    for line, text in _rows(lines):
        label, colon, rest = text.partition(":")
        if colon and len(label) <= 40 and rest.strip():
            if _INTEREST.match(label) or (_HUMAN.match(label) and languages_in(rest)):
                continue
            items = _items(rest)
        else:
            items = _items(text)
        for item in items:
            is_known = skill_of(item) in _known()
            words = len(item.split())
            if words <= MOST_WORDS and 0 < len(item) <= 50 and not (words > 3 and item.endswith(".")):
                skill = skill_of(item)
                found.setdefault(skill, Stated(skill, 0.95 if is_known else 0.75, Place.of(line)))
    return list(found.values())


def spoken_in(lines: Sequence[Line], *, labelled: bool) -> list[tuple[Stated, str | None]]:
    """The languages that lines name, and how well each is spoken; ``labelled``: only behind a label that says so."""
    found: dict[str, tuple[Stated, str | None]] = {}
    for line, text in _rows(lines):
        label, colon, rest = text.partition(":")
        if labelled and not (colon and _HUMAN.match(label)):
            continue
        for code, level in languages_in(rest if labelled else text):
            found.setdefault(code, (Stated(code, 0.9 if level else 0.8, Place.of(line)), level))
    return list(found.values())


def _rows(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """The rows of a list: a line that goes on on the next one is a row with it."""
    held: tuple[Line, str] | None = None
    for line in lines:
        goes_on = held is not None and not line.is_bullet and (held[0].is_full or held[1].rstrip().endswith((",", "/", "&")))
        if held is not None and goes_on and ":" not in line.text[:30]:
            held = (line, f"{held[1]} {line.text}") if not held[1].endswith("-") else (line, held[1] + line.text)
            continue
        if held is not None:
            yield held
        held = (line, line.bare)
    if held is not None:
        yield held


def _items(text: str) -> Iterator[str]:
    """The items of a list; what stands in brackets behind one is a list of its own."""
    for inner in re.findall(r"\(([^()]*,[^()]*)\)", text):
        yield from _items(inner)
    text = re.sub(r"\(([^()]*,[^()]*)\)", "", text)
    for item in _BETWEEN.split(text):
        bare = _LEVEL.sub("", item.strip(" .:;,–—-*")).strip(" .:;,–—-*")
        bare = re.sub(r"\s*\([^()]*\)$", "", bare) or bare
        bare = re.sub(r"^(?:and|und|et|y|e)\s+", "", bare)
        if bare and not bare.isdigit():
            yield bare


def _known() -> frozenset[str]:
    return frozenset(aliases().values())
