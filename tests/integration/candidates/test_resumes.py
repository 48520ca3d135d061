"""Resumes as files: each is a row that states what it says of today."""

from pathlib import Path

import pytest

from services.candidates.settings import CandidatesSettings
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.documents import docx, link, paragraph, table, text_box
from tests.integration.candidates.imported import Importer

SAMPLES = Path("../shared/data/resumes")

ADA = """Ada Byron
Senior Software Engineer
London, UK | ada.byron@example.org | +44 20 7946 0958 | github.com/adabyron

EXPERIENCE
Senior Software Engineer, Analytical Engines Ltd        Mar 2020 - Present
- Led the design of the difference engine from 2020 to 2022
Engineer, Babbage & Co        2016 - 2020
- Wrote the first programs

EDUCATION
BSc Mathematics, University of London, 2012 - 2016

SKILLS
Python, Postgres, Golang

LANGUAGES
English (native), French (B2)
"""


@pytest.fixture
def importer(ats: Caller, candidates: Sessions, settings: CandidatesSettings) -> Importer:
    return Importer(ats, candidates, settings)


async def test_a_plain_text_resume_makes_a_person_known(importer: Importer) -> None:
    done = await importer.imported(ADA)

    assert (done["format"]["kind"], done["rows"], done["created"]) == ("text resume", 1, 1)
    (person,) = await importer.people()
    expected = {
        "name": "Ada Byron",
        "emails": ["ada.byron@example.org"],
        "phones": ["+442079460958"],
        "links": ["https://github.com/adabyron"],
        "location": {"country": "GB", "city": "London"},
        "company": "Analytical Engines Ltd",
        "title": "Senior Software Engineer",
        "level": "senior",
        "skills": ["python", "postgresql", "go"],
    }
    assert {name: person[name] for name in expected} == expected
    assert person["years_experience"] >= 10


async def test_a_resume_again_changes_nothing(importer: Importer) -> None:
    await importer.imported(ADA)

    again = await importer.imported(ADA)

    assert (again["created"], again["unchanged"]) == (0, 1)
    assert len(await importer.people()) == 1


async def test_a_dry_run_of_a_resume_says_what_would_happen(importer: Importer) -> None:
    answer = await importer.send(ADA, dry_run="true")

    assert answer.status_code == 200
    assert (answer.json()["created"], answer.json()["mapping"]["columns"]["skills"]) == (1, "skills")
    assert await importer.people() == []


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample resumes are not beside the project")
async def test_a_pdf_makes_a_person_known(importer: Importer) -> None:
    done = await importer.imported((SAMPLES / "pdf" / "John_Doe_ClassicTheme_CV.pdf").read_bytes())

    assert (done["format"]["kind"], done["created"]) == ("pdf resume", 1)
    (person,) = await importer.people()
    assert (person["name"], person["company"], person["title"]) == ("John Doe", "Nexus AI", "Co-Founder & CTO")


WORK = [
    paragraph("Experience", style="Heading1"),
    paragraph("Analytical Engines Ltd, London, UK\tMar 2020 - Present"),
    paragraph("Senior Software Engineer"),
    paragraph("Led the design", style="ListParagraph"),
    paragraph("Babbage & Co\t2016 - 2020"),
    paragraph("Engineer"),
    paragraph("Wrote the first programs", style="ListParagraph"),
]
SKILLS = [paragraph("Skills", style="Heading1"), paragraph("Python, Postgres")]
CONTACT = [paragraph("ada.byron@example.org"), paragraph("+44 20 7946 0958")]
NAME = paragraph("Ada Byron", style="Title")


@pytest.mark.parametrize(
    "content",
    [
        docx(NAME, *CONTACT, *WORK, *SKILLS),
        docx(NAME, *WORK, *SKILLS, header="".join(CONTACT)),
        docx(NAME, text_box(*CONTACT), *WORK, *SKILLS),
        docx(NAME, table([[[*CONTACT, *SKILLS], WORK]])),
        docx(NAME, table([[[CONTACT[0]], [CONTACT[1]]]]), *WORK, *SKILLS),
        docx(
            NAME,
            link("write to me", "l1"),
            CONTACT[1],
            WORK[0],
            table(
                [
                    [[paragraph("Mar 2020 - Present")], [paragraph("Senior Software Engineer, Analytical Engines Ltd")]],
                    [[paragraph("2016 - 2020")], [paragraph("Engineer, Babbage & Co")]],
                ]
            ),
            *SKILLS,
            links={"l1": "mailto:ada.byron@example.org"},
        ),
    ],
    ids=["paragraphs", "header", "text box", "columns", "table of contacts", "table of work and a link"],
)
async def test_a_docx_is_read_however_it_is_set(importer: Importer, content: bytes) -> None:
    done = await importer.imported(content)

    assert (done["format"]["kind"], done["created"]) == ("docx resume", 1)
    (person,) = await importer.people()
    expected = {
        "name": "Ada Byron",
        "emails": ["ada.byron@example.org"],
        "phones": ["+442079460958"],
        "company": "Analytical Engines Ltd",
        "title": "Senior Software Engineer",
        "skills": ["python", "postgresql"],
    }
    assert {name: person[name] for name in expected} == expected
    assert person["years_experience"] >= 10


BOMB = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&b;</w:body></w:document>'
)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (docx(NAME, also={"word/vbaProject.bin": "x"}), "holds macros"),
        (docx(NAME, also={"word/document.xml": BOMB}), "no DOCX file"),
        (docx("<w:p>" * 200 + "</w:p>" * 200), "holds no text"),
        (docx("<w:sdt>" * 200 + "</w:sdt>" * 200), "nested too deeply"),
        (docx(*[paragraph(f"Line {number}") for number in range(4000)]), "more than 50 pages"),
        (b"%PDF-1.7\nno document", "no PDF that can be read"),
        (b"{\\rtf1 Ada}", "this is RTF"),
    ],
)
async def test_what_cannot_be_read_is_a_problem_that_names_the_rule(importer: Importer, content: bytes, word: str) -> None:
    answer = await importer.send(content)

    assert answer.status_code == 422
    assert word in answer.json()["detail"]


async def test_a_resume_that_names_no_way_to_reach_anybody_is_a_refused_row(importer: Importer) -> None:
    done = await importer.imported(ADA.replace("ada.byron@example.org", "x").replace("+44 20 7946 0958", "1234567"))

    (row,) = await importer.rows(done["id"])
    assert row["result"] == "refused"
    assert row["errors"][0]["rule"].startswith("must name somebody")
