"""Who a resume is of, and how to reach them: name, addresses, telephones, links, town."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.candidates.domain.contact import read_email, read_link
from services.candidates.domain.resumes.dates import period_in
from services.candidates.domain.resumes.headings import heading_kind
from services.candidates.domain.resumes.lines import Line, Place, widest
from services.candidates.domain.resumes.places import Town, town_of
from services.candidates.domain.resumes.roles import title_score

_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_LABEL = (
    r"phone|tel|telephone|telefon|telefono|teléfono|téléphone|mobile|mobil|mob|cell|handy|portable|móvil|fon|m|t|p|c|ph|☎|✆|📞|📱"
)
_PHONE = re.compile(
    rf"(?:(?P<label>(?<!\w)(?:{_LABEL}))\s*(?:no\.?|number|nummer)?\s*[.:]?\s*)?"
    r"(?P<number>(?<![\w/.@-])(?:\+|00)?\(?\d[\d\s().\u00a0/–-]{5,22}\d(?:\s*(?:ext|x|durchwahl)\.?\s*\d{1,6})?)(?![\w@])",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:19|20)\d{2}\D{1,5}(?:19|20)\d{2}|\d{1,2}[./]\d{1,2}[./](?:19|20)?\d{2}|\d{4}-\d{2}-\d{2}|^\d{5}-\d{4}$")
_TLDS = (
    "com|org|net|io|dev|me|co|ai|app|tech|info|edu|de|at|ch|fr|es|it|nl|be|eu|uk|us|ca|in|pl|se|no|dk|fi|br|xyz|page|site|blog"
)
_LINK = re.compile(
    rf"https?://[^\s|•·,;<>()]+|(?<![@\w.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_TLDS})(?![\w@.-]*@)(?![\w-])(?:/[^\s|•·,;<>()]*)?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"\b(?:curriculum|vitae|resume|résumé|lebenslauf|cv|page|seite|updated|bewerbung|confidential)\b", re.IGNORECASE
)
_NAME_LABEL = re.compile(r"^(?:full |candidate )?(?:name|nom|nombre|naam)\s*[:\t]\s*", re.IGNORECASE)
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "el",
        "bin",
        "ibn",
        "al",
        "ter",
        "ten",
        "zu",
        "y",
        "e",
        "af",
        "av",
    ]
)
_SUFFIX = re.compile(r",?\s+(?:Ph\.?D\.?|MBA|M\.?Sc\.?|M\.?D\.?|CPA|PMP|B\.?Sc\.?|CFA|P\.?E\.?|RN)\.?(?=$|,|\s)")


@dataclass(frozen=True, slots=True)
class Stated:
    """A value with how sure it is, from 0 to 1, and its place."""

    value: str
    confidence: float
    place: Place


@dataclass(frozen=True, slots=True)
class Contacts:
    """What a resume says of whom it is."""

    name: Stated | None
    emails: Sequence[Stated]
    phones: Sequence[Stated]
    links: Sequence[Stated]
    town: tuple[Town, Stated] | None


def contacts_of(lines: Sequence[Line], fallback: Sequence[Line]) -> Contacts:
    """The contacts in the head of a document and its section of contacts; what is missing is looked for in ``fallback``."""
    emails = _distinct(_emails(lines, 0.95)) or _distinct(_emails(fallback, 0.6))[:1]
    town = next(_towns(lines), None)
    phones = _distinct(_phones(lines)) or _distinct(_phones(fallback, labelled=True))[:1]
    links = _distinct(_links(lines))
    return Contacts(_name(lines or fallback, emails), emails, phones, links, town)


def _emails(lines: Sequence[Line], confidence: float) -> Iterator[Stated]:
    for line in lines:
        linked = [link.removeprefix("mailto:").partition("?")[0] for link in line.links if link.startswith("mailto:")]
        for text in (*(match[0].strip(".'") for match in _EMAIL.finditer(line.text)), *linked):
            try:
                yield Stated(read_email(text), confidence, Place.of(line))
            except ValueError:
                continue


def _phones(lines: Sequence[Line], *, labelled: bool = False) -> Iterator[Stated]:
    for line in lines:
        linked = [link.removeprefix("tel:") for link in line.links if link.startswith("tel:")]
        text = _LINK.sub(" ", _EMAIL.sub(" ", line.text))
        for match in (*_PHONE.finditer(text), *(found for link in linked for found in _PHONE.finditer(link))):
            number, is_labelled = match["number"], match["label"] is not None
            digits = sum(map(str.isdigit, number))
            if _YEARS.search(number) or not 7 <= digits <= 15 or (labelled and not is_labelled):
                continue
            if digits < 9 and not (is_labelled or number.startswith("+")):
                continue
            yield Stated(number.strip(), 0.95 if number.startswith("+") or is_labelled else 0.8, Place.of(line))


def _links(lines: Sequence[Line]) -> Iterator[Stated]:
    for line in lines:
        written = [match[0].rstrip("./") for match in _LINK.finditer(_EMAIL.sub(" ", line.text))]
        pointed = [link for link in line.links if link.startswith(("http://", "https://"))]
        for text, confidence in (*((one, 0.9) for one in pointed), *((one, 0.8) for one in written)):
            try:
                link = read_link(text if "://" in text else f"https://{text}")
            except ValueError:
                continue
            yield Stated(link.rstrip("/"), confidence, Place.of(line))


def _towns(lines: Sequence[Line]) -> Iterator[tuple[Town, Stated]]:
    for line in lines:
        for part in _parts(line):
            bare = re.sub(r"^(?:address|location|adresse|anschrift|wohnort|based in)\s*:\s*", "", part, flags=re.IGNORECASE)
            for text in (bare, ", ".join(bare.split(", ")[1:]), ", ".join(bare.split(", ")[2:])):
                town = town_of(text)
                if town is not None and town.city is not None and not title_score(town.city):
                    yield town, Stated(text.strip(), 0.85, Place.of(line))
                    break


def _name(lines: Sequence[Line], emails: Sequence[Stated]) -> Stated | None:
    """The name at the head: of the first lines that may be one the labelled, else that in the largest letters, else the first."""
    local = emails[0].value.partition("@")[0].casefold() if emails else ""
    found: list[tuple[tuple[float, ...], Stated]] = []
    largest = widest(lines)
    for place, line in enumerate(lines[:15]):
        for cell, text in enumerate(_parts(line)):
            labelled = _NAME_LABEL.match(text)
            name = _SUFFIX.sub("", _NAME_LABEL.sub("", text)).strip(" ,.|")
            words = name.split()
            if not _may_be_name(name, words, line) or (title_score(name) and not labelled):
                continue
            in_address = sum(len(word) > 1 and word.casefold().strip(".") in local for word in words)
            is_large = line.size >= 0.95 * largest > 0
            rank = (float(labelled is not None), float(is_large), float(in_address > 0), float(len(words) > 1), -place, -cell)
            confidence = min(0.98, 0.6 + 0.2 * (labelled is not None or in_address > 0) + 0.1 * is_large + 0.15 * (place == 0))
            found.append((rank, Stated(name, round(confidence, 2), Place.of(line))))
    return max(found, key=lambda one: one[0])[1] if found else None


def _may_be_name(name: str, words: Sequence[str], line: Line) -> bool:
    if not 1 <= len(words) <= 6 or len(name) > 200 or re.search(r"[\d@/:;|•·()]|\.\w{2,}|, ", name) or _NO_NAME.search(name):
        return False
    if heading_kind(Line((name,), line.page, line.number)) is not None or period_in(name) or town_of(name) is not None:
        return False
    letters = [word for word in words if word.casefold() not in _PARTICLES]
    return bool(letters) and all(word[0].isalpha() and (word[0].isupper() or not word[0].islower()) for word in letters)


def _parts(line: Line) -> list[str]:
    """What stands apart on a line of contacts."""
    parts = [part for cell in line.cells for part in re.split(r"\s*[|•·●♦⋄◇■\uf000-\uf8ff]\s*|\s+[–—-]\s+|\s{2,}", cell)]
    return [part.strip() for part in parts if part.strip()]


def _distinct(found: Iterator[Stated]) -> list[Stated]:
    return list({one.value.casefold(): one for one in reversed(list(found))}.values())[::-1]
