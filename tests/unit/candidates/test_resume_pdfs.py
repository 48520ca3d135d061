"""PDFs as resumes: columns, dates beside their rows, scans, and what is too long."""

import pytest

from services.candidates.domain.resumes.dates import Period, YearMonth
from services.candidates.domain.resumes.pdf import SCANNED, SCRIPTED, pdf_lines
from services.candidates.domain.resumes.resume import Resume, read_resume
from shared.isolated import Unreadable
from tests.unit.candidates.pdfs import LOCKED, Text, pdf

SIDE = [
    ("CONTACT", True),
    ("ada.byron@example.org", False),
    ("+44 20 7946 0958", False),
    ("London, UK", False),
    ("linkedin.com/in/adabyron", False),
    ("SKILLS", True),
    ("Python", False),
    ("Postgres", False),
    ("Docker", False),
    ("LANGUAGES", True),
    ("English (native)", False),
    ("French (B2)", False),
]
MAIN = [
    ("EXPERIENCE", True),
    ("Senior Software Engineer", True),
    ("Analytical Engines Ltd | Mar 2020 - Present", False),
    ("• Led the design of the second difference engine and of its mill", False),
    ("• Wrote the notes on it that are read to this day by engineers", False),
    ("Engineer", True),
    ("Babbage & Co | 2016 - 2020", False),
    ("• Computed Bernoulli numbers with a machine that was not built", False),
    ("EDUCATION", True),
    ("BSc Mathematics", True),
    ("University of London | 2012 - 2016", False),
]


def column(lines: list[tuple[str, bool]], left: float, top: float, leading: float) -> list[Text]:
    return [Text(text, left, top - leading * number, 10, bold) for number, (text, bold) in enumerate(lines)]


def read(content: bytes) -> Resume:
    return read_resume(pdf_lines(content, pages=50), today=YearMonth(2026, 11))


@pytest.mark.parametrize("is_side_left", [True, False])
@pytest.mark.parametrize("leading", [14.0, 17.0])
def test_two_columns_are_read_one_after_the_other(is_side_left: bool, leading: float) -> None:
    side, main = (40.0, 220.0) if is_side_left else (430.0, 40.0)
    head = [Text("Ada Byron", 40, 740, 24, is_bold=True)]

    found = read(pdf([*head, *column(MAIN, main, 700, 14), *column(SIDE, side, 700, leading)]))

    contacts = found.contacts
    assert contacts.name is not None
    assert contacts.name.value == "Ada Byron"
    assert [one.value for one in contacts.emails] == ["ada.byron@example.org"]
    assert [one.value for one in contacts.phones] == ["+44 20 7946 0958"]
    assert [(one.title, one.company) for one in found.positions] == [
        ("Senior Software Engineer", "Analytical Engines Ltd"),
        ("Engineer", "Babbage & Co"),
    ]
    assert [(one.school, one.degree) for one in found.schools] == [("University of London", "BSc Mathematics")]
    assert [one.value for one in found.skills] == ["python", "postgresql", "docker"]
    assert [(one.value, level) for one, level in found.languages] == [("en", "native"), ("fr", "good")]


def test_dates_at_the_right_end_belong_to_their_rows() -> None:
    lines = [
        Text("Ada Byron", 40, 740, 20, is_bold=True),
        Text("ada.byron@example.org", 40, 720),
        Text("Experience", 40, 690, 13, is_bold=True),
        Text("Analytical Engines Ltd", 40, 670, 10, is_bold=True),
        Text("March 2020 – today", 480, 670),
        Text("Senior Software Engineer", 40, 656),
        Text("London, UK", 500, 656),
        Text("• Led the design", 50, 642),
        Text("Babbage & Co", 40, 620, 10, is_bold=True),
        Text("2016 – 2020", 500, 620),
        Text("Engineer", 40, 606),
    ]

    found = read(pdf(lines))

    assert [(one.company, one.title, one.period) for one in found.positions] == [
        ("Analytical Engines Ltd", "Senior Software Engineer", Period(YearMonth(2020, 3), None, is_open=True)),
        ("Babbage & Co", "Engineer", Period(YearMonth(2016), YearMonth(2020))),
    ]


def test_a_place_names_page_and_line() -> None:
    first = [Text("Ada Byron", 40, 740, 20), Text("ada.byron@example.org", 40, 720)]
    second = [Text("Skills", 40, 740, 13, is_bold=True), Text("Python, Postgres", 40, 720)]

    found = read(pdf(first, second))

    assert {(one.place.page, one.place.line) for one in found.skills} == {(2, 2)}


SCRIPT = "/S /JavaScript /JS (app.alert(1))"


def test_who_writes_javascript_has_no_script() -> None:
    lines = pdf_lines(pdf([Text("Skills: HTML/JavaScript, SQL/S /JavaScripting", 40, 700)]), pages=1)

    assert [line.text for line in lines] == ["Skills: HTML/JavaScript, SQL/S /JavaScripting"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (pdf([]), SCANNED),
        (pdf(*[[Text("x", 40, 700)]] * 51), "has 51 pages; at most 50 are read"),
        (b"%PDF-1.4 and nothing", "is no PDF that can be read"),
        (pdf([Text("x", 40, 700)], trailer=LOCKED), "is protected by a password; save it without one"),
        (pdf([Text("x", 40, 700)], catalog=f"/OpenAction << {SCRIPT} >>"), SCRIPTED),
        (pdf([Text("x", 40, 700)], catalog=f"/Names << /JavaScript << /Names [(a) << {SCRIPT} >>] >> >>"), SCRIPTED),
    ],
)
def test_what_is_not_read_is_said(content: bytes, rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        pdf_lines(content, pages=50)

    assert str(caught.value) == rule
