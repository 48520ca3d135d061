"""What resumes state: dates, headings, places of work, schools, skills, languages, contacts."""

import pytest

from services.candidates.domain.resumes.abilities import skills_of
from services.candidates.domain.resumes.dates import Period, YearMonth, months_of, period_in
from services.candidates.domain.resumes.headings import heading_kind
from services.candidates.domain.resumes.languages import languages_in
from services.candidates.domain.resumes.lines import plain_lines
from services.candidates.domain.resumes.places import Town, town_of, without_town
from services.candidates.domain.resumes.resume import Resume, read_resume
from services.candidates.domain.resumes.roles import level_of
from services.candidates.domain.resumes.schools import schools_of
from services.candidates.domain.resumes.work import positions_of
from shared.events.vocabulary import Level

TODAY = YearMonth(2026, 11)


def read(text: str) -> Resume:
    return read_resume(plain_lines(text), today=TODAY)


@pytest.mark.parametrize(
    ("text", "start", "end", "is_open"),
    [
        ("Jul 2021 - Present", "2021-07", None, True),
        ("Sept. 2018 – May 2023", "2018-09", "2023-05", False),
        ("03/2019 bis heute", "2019-03", None, True),
        ("01.2015 - 12.2017", "2015-01", "2017-12", False),
        ("2016-03 – 2018-11", "2016-03", "2018-11", False),
        ("2020–2022", "2020", "2022", False),
        ("seit Mai 2020", "2020-05", None, True),
        ("März 2015 – Oktober 2018", "2015-03", "2018-10", False),
        ("janv. 2019 à aujourd'hui", "2019-01", None, True),
        ("enero de 2010 - actualidad", "2010-01", None, True),
        ("May – Aug 2020", "2020-05", "2020-08", False),
        ("Engineer (2012 to 2016)", "2012", "2016", False),
        ("Class of 2020", None, "2020", False),
    ],
)
def test_periods_are_years_and_months(text: str, start: str | None, end: str | None, is_open: bool) -> None:
    found = period_in(text)

    assert found is not None
    said = found.period
    assert (said.start and str(said.start), said.end and str(said.end), said.is_open) == (start, end, is_open)


@pytest.mark.parametrize("text", ["raised 2,000,000 users", "$2018 saved", "Python 3.10"])
def test_other_numbers_are_no_dates(text: str) -> None:
    assert period_in(text) is None


def test_months_that_overlap_count_once() -> None:
    def period(start: tuple[int, int], end: tuple[int, int] | None) -> Period:
        return Period(YearMonth(*start), None if end is None else YearMonth(*end), is_open=end is None)

    assert months_of([period((2020, 1), (2020, 12)), period((2020, 7), (2021, 6)), period((2026, 11), None)], TODAY) == 19
    assert months_of([Period(YearMonth(2020), YearMonth(2022))], TODAY) == 24


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WORK EXPERIENCE", "experience"),
        ("Professional Experience:", "experience"),
        ("Berufserfahrung", "experience"),
        ("Education & Certifications", "education"),
        ("Technical Skills", "skills"),
        ("E D U C A T I O N", "education"),
        ("Software Engineer", None),
        ("experience with Python", None),
        ("Skills, and more", None),
    ],
)
def test_headings_are_known_in_several_languages(text: str, kind: str | None) -> None:
    (line,) = plain_lines(text)

    assert heading_kind(line) == kind


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("San Francisco, CA", Town("San Francisco", "US")),
        ("Istanbul, Türkiye", Town("Istanbul", "TR")),
        ("München, Deutschland", Town("München", "DE")),
        ("London, UK", Town("London", "GB")),
        ("Software Engineer, Germany", None),
        ("Northwind Systems, Portland", None),
        ("Remote", Town(None, None)),
    ],
)
def test_towns_have_their_country(text: str, town: Town | None) -> None:
    assert town_of(text) == town


def test_the_town_at_the_end_is_left_out() -> None:
    assert without_town("QA Engineer, Contoso Labs, Seattle, WA") == "QA Engineer, Contoso Labs"
    assert without_town("Ohio Valley State University — IT Desk — Columbus, Ohio") == "Ohio Valley State University — IT Desk"


@pytest.mark.parametrize(
    "text",
    [
        "Software Engineer, Globex Corporation\nJul 2021 - Present\n- Built it",
        "Globex Corporation          Jul 2021 - Present\nSoftware Engineer\n- Built it",
        "Globex Corporation | Software Engineer | Jul 2021 - Present\n- Built it",
        "Jul 2021 - Present     Software Engineer\nGlobex Corporation, Boston, MA\n- Built it",
        "Software Engineer at Globex Corporation (Jul 2021 - Present)\n- Built it",
        "Software Engineer - Globex Corporation\n07/2021 - today\nBuilt the first platform of the firm and led it to success.",
    ],
)
def test_a_place_of_work_is_found_however_it_is_set(text: str) -> None:
    (one,) = positions_of(plain_lines(text))

    assert (one.company, one.title) == ("Globex Corporation", "Software Engineer")
    assert one.period == Period(YearMonth(2021, 7), None, is_open=True)


def test_roles_at_one_firm_are_places_of_work_there() -> None:
    text = """Globex Corporation
Senior Engineer        2020 - 2022
- Led it
Engineer        2018 - 2020
- Built it
Acme Ltd
Developer        2016 - 2018
- Wrote it"""

    found = positions_of(plain_lines(text))

    assert [(one.company, one.title) for one in found] == [
        ("Globex Corporation", "Senior Engineer"),
        ("Globex Corporation", "Engineer"),
        ("Acme Ltd", "Developer"),
    ]


@pytest.mark.parametrize(
    ("text", "school", "degree"),
    [
        ("B.S. in Physics, Ridgemont State University\nAug 2017 - May 2021", "Ridgemont State University", "B.S. in Physics"),
        ("Universität Wien\nMaster of Science Informatik     2014 - 2016", "Universität Wien", "Master of Science Informatik"),
        ("PhD      Princeton University, Computer Science", "Princeton University", "PhD in Computer Science"),
        ("University of London — BSc Mathematics (2012 - 2016)", "University of London", "BSc Mathematics"),
    ],
)
def test_schools_and_degrees_are_told_apart(text: str, school: str, degree: str) -> None:
    (one,) = schools_of(plain_lines(text))

    assert (one.school, one.degree) == (school, degree)


def test_skills_are_those_of_lists_in_the_one_spelling() -> None:
    text = "Languages: Python, Golang\n• Databases (Postgres, MySQL)\nInterests: Chess\nDocker; K8s • AWS (advanced)"

    assert [one.value for one in skills_of(plain_lines(text))] == [
        "python",
        "go",
        "postgresql",
        "mysql",
        "databases",
        "docker",
        "kubernetes",
        "aws",
    ]


def test_languages_have_codes_and_how_well() -> None:
    assert languages_in("Deutsch (Muttersprache), English C1, some French") == [("de", "native"), ("en", "fluent"), ("fr", None)]


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Software Engineer", Level.SENIOR),
        ("Product Manager", None),
        ("Engineering Manager", Level.MANAGER),
        ("Co-Founder & CTO", Level.EXECUTIVE),
        ("Software Engineering Intern", Level.INTERN),
        ("Internal Auditor", None),
        ("Staff Engineer", Level.STAFF),
    ],
)
def test_a_title_says_its_level(title: str, level: Level | None) -> None:
    assert level_of(title) == level


HEAD = "Ada Byron\nLondon, UK\n{}\n\nEXPERIENCE\nEngineer, Acme Ltd, 2018 - 2020\n"


@pytest.mark.parametrize(
    ("line", "phones"),
    [
        ("Tel: 0171 1234567", ["0171 1234567"]),
        ("+1 (415) 555-0173", ["+1 (415) 555-0173"]),
        ("Born 12.03.1985", []),
        ("2018 - 2020", []),
        ("ZIP 12345-6789", []),
        ("ada@example.org", []),
    ],
)
def test_a_year_is_no_telephone_number(line: str, phones: list[str]) -> None:
    assert [one.value for one in read(HEAD.format(line)).contacts.phones] == phones


def test_contacts_of_referees_are_not_the_persons() -> None:
    found = read(HEAD.format("ada@example.org") + "\nREFERENCES\nGrace Hopper, grace@example.org, +1 415 555 0173\n").contacts

    assert [one.value for one in found.emails] == ["ada@example.org"]
    assert found.phones == []


NAMES = ["Ada Byron", "ANNA WIŚNIEWSKA", "李小龙", "محمد علي", "Jan van der Berg", "Ada", "Mary O'Neil-Smith"]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_script_are_found(name: str) -> None:
    found = read(f"{name}\nSoftware Engineer\nx@example.org\n\nEXPERIENCE\nEngineer, Acme Ltd, 2018 - 2020\n").contacts.name

    assert found is not None
    assert (found.value, found.place.line) == (name, 1)


NURSE = """John Q. Smith
Email: jsmith@example.com
Phone: +1-202-555-0143

EMPLOYMENT HISTORY

Registered Nurse
St. Mary's Hospital - Chicago, IL
2015 to Present
Provide patient care in a 30-bed unit. Supervise nursing assistants and train new staff on procedures.
Administer medication.

Nursing Assistant
Cook County Clinic
2012 to 2015

EDUCATION
Bachelor of Science in Nursing
Loyola University Chicago, 2015

REFERENCES
Dr. Jane Miller, jane@example.org, (312) 555-0199
"""
LEBENSLAUF = """LEBENSLAUF

Persönliche Daten
Name: Jürgen Groß
Adresse: Hauptstraße 5, 10115 Berlin
Telefon: 030 1234567
E-Mail: juergen.gross@example.org
Geburtsdatum: 12.03.1985

Berufserfahrung
03/2018 - heute    Softwareentwickler, SAP SE, Walldorf
                   - Entwicklung von Microservices
01/2014 - 02/2018  Junior Entwickler bei Siemens AG, München
                   - Wartung von Altsystemen

Ausbildung
10/2008 - 09/2013  Technische Universität Berlin
                   Diplom-Informatik
2005               Abitur, Goethe-Gymnasium Berlin
"""
FREELANCER = """ALEX CHEN
alex.chen@example.com · +1 416 555 0134

EXPERIENCE
Shopify — Staff Engineer (2021–now)
* Built things
Google LLC — Software Engineer II, Mountain View, CA (Aug 2017 – Mar 2021)
* Search
Freelance Developer (2016)

EDUCATION
University of Waterloo — BASc, Computer Engineering (2012–2017)
"""


@pytest.mark.parametrize(
    ("text", "contacts", "work", "schools"),
    [
        (
            NURSE,
            ("John Q. Smith", "jsmith@example.com", "+1-202-555-0143"),
            [("St. Mary's Hospital", "Registered Nurse"), ("Cook County Clinic", "Nursing Assistant")],
            [("Loyola University Chicago", "Bachelor of Science in Nursing")],
        ),
        (
            LEBENSLAUF,
            ("Jürgen Groß", "juergen.gross@example.org", "030 1234567"),
            [("SAP SE", "Softwareentwickler"), ("Siemens AG", "Junior Entwickler")],
            [("Technische Universität Berlin", "Diplom-Informatik"), ("Goethe-Gymnasium Berlin", "Abitur")],
        ),
        (
            FREELANCER,
            ("ALEX CHEN", "alex.chen@example.com", "+1 416 555 0134"),
            [("Shopify", "Staff Engineer"), ("Google LLC", "Software Engineer II"), (None, "Freelance Developer")],
            [("University of Waterloo", "BASc, Computer Engineering")],
        ),
    ],
    ids=["nurse", "German", "freelancer"],
)
def test_whole_resumes_are_read(
    text: str, contacts: tuple[str, ...], work: list[tuple[str | None, str]], schools: list[tuple[str, str]]
) -> None:
    found = read(text)

    assert found.contacts.name is not None
    assert (found.contacts.name.value, *(one.value for one in [*found.contacts.emails, *found.contacts.phones])) == contacts
    assert [(one.company, one.title) for one in found.positions] == work
    assert [(one.school, one.degree) for one in found.schools] == schools
