"""Which field a column fills: proposed by the names that exports give their columns.

The names are those of LinkedIn's export of connections and of the exports and APIs of applicant tracking systems.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from services.candidates.domain.imports.rows import Meaning, RowError
from shared.errors import FieldError, Invalid

EXTERNAL_ID, FIRST_NAME, LAST_NAME, OBSERVED_AT = "external_id", "first_name", "last_name", "observed_at"

_NAMES: Mapping[str, str] = {
    EXTERNAL_ID: "external id, id, candidate id, person id, applicant id, contact id, kandidaten id, kandidatennummer",
    "name": "name, full name, candidate, candidate name, applicant, applicant name, contact, contact name, vollstandiger name",
    FIRST_NAME: "first name, firstname, given name, forename, vorname, prenom, nombre",
    LAST_NAME: "last name, lastname, surname, family name, nachname, familienname, nom, apellido, apellidos",
    "emails": "email, e mail, emails, email address, email addresses, e mail address, mail, work email, personal email, "
    "primary email, other email, e mail adresse, correo",
    "phones": "phone, phones, phone number, phone numbers, telephone, tel, mobile, mobile phone, mobile number, cell, "
    "cell phone, work phone, home phone, telefon, telefonnummer, handy, mobil, mobilnummer, telefono",
    "links": "website addresses, social media addresses, link, links, url, urls, "
    "website, websites, linkedin, linkedin url, linkedin profile, profile, profile url, github, "
    "portfolio, website addresses, webseite",
    "time_zone": "time zone, timezone, zeitzone",
    "location.country": "location country, country, country code, land, pays, pais",
    "location.city": "location city, city, town, stadt, ort, wohnort, ville, ciudad",
    "company": "company, current company, employer, current employer, organization, organisation, firma, arbeitgeber, entreprise",
    "title": "title, job title, current title, position, role, current role, headline, berufsbezeichnung, stelle, poste",
    "level": "level, seniority, seniority level",
    "years_experience": "years experience, years of experience, experience years, experience, berufserfahrung",
    "skills": "skills, skill, tags, technologies, tech stack, kenntnisse, fahigkeiten, competences",
    "market_status": "market status, status on the market, availability",
    "salary.amount": "salary, salary amount, current salary, expected salary, desired salary, gehalt, gehaltswunsch",
    "salary.currency": "currency, salary currency, wahrung",
    "tier": "tier",
    OBSERVED_AT: "observed at, updated at, last updated, as of, stand",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split(", ")}
_NAMING = frozenset({EXTERNAL_ID, "emails", "phones"})
SEVERAL = frozenset({"emails", "phones", "links", "skills"})
"""Fields that several columns may fill, and that hold several values."""


def plain(header: str) -> str:
    """A column's name without case, accents, punctuation and further spaces."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(mark))
    words = "".join(mark if mark.isalnum() else " " for mark in bare).split()
    while words and words[-1].isdigit():  # "E-mail 2"
        words.pop()
    return " ".join(words)


def is_field(field: str) -> bool:
    """Whether a column may be mapped to this."""
    return field in _NAMES or (field.startswith("attributes.") and len(field) > len("attributes."))


def known_names(cells: Iterable[str]) -> int:
    """How many of these cells are names of columns that are known."""
    return len({field for cell in cells if (field := _FIELDS.get(plain(cell)))})


def proposed(columns: Sequence[str]) -> Meaning:
    """What the columns seem to mean. Of several columns for one value the first counts."""
    meaning: dict[str, str] = {}
    for column in columns:
        field = _FIELDS.get(plain(column))
        if field is not None and (field in SEVERAL or field not in meaning.values()):
            meaning[column] = field
    return Meaning(meaning)


def located(wrong: FieldError, meaning: Meaning) -> RowError:
    """A rule that a field breaks, with the columns that fill it."""
    top = wrong.field.partition("[")[0]
    columns = [column for column, field in meaning.columns.items() if field == top or (top == "name" and field.endswith("_name"))]
    return RowError(wrong.rule, ", ".join(columns) or None, wrong.field)


def demand_names_people(meaning: Meaning) -> None:
    """Raise Invalid unless a column says whom a row is about."""
    if not _NAMING.intersection(meaning.columns.values()):
        raise Invalid.of("mapping", f"must map a column to one of {', '.join(sorted(_NAMING))}, by which a row names its person")


def demand_fits(meaning: Meaning, columns: Sequence[str]) -> None:
    """Raise Invalid for a mapping of columns that the file lacks, to fields that there are not, or of two to one value."""
    wrong: list[FieldError] = []
    filled: set[str] = set()
    for column, field in meaning.columns.items():
        place = f"mapping.columns.{column}"
        if column not in columns:
            wrong.append(FieldError(place, "is no column of the file"))
        if not is_field(field):
            wrong.append(FieldError(place, f"must be one of {', '.join(_NAMES)}, attributes.<key>"))
        elif field in filled and field not in SEVERAL:
            wrong.append(FieldError(place, f"is the second column for {field}, which has one value"))
        filled.add(field)
    if wrong:
        raise Invalid("; ".join(f"{one.field} {one.rule}" for one in wrong[:5]), errors=wrong)
