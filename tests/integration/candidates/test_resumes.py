"""Resumes as files: each is a row that states what it says of today."""

import io
import zipfile
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


async def test_a_dry_run_shows_each_value_with_its_place_and_how_sure_it_is(importer: Importer) -> None:
    (resume,) = (await importer.send(ADA, dry_run="true")).json()["resumes"]

    assert resume["name"] == {"value": "Ada Byron", "confidence": 0.95, "place": {"page": 1, "line": 1}}
    assert [(one["company"], one["from"], one["to"], one["is_open"]) for one in resume["positions"]] == [
        ("Analytical Engines Ltd", "2020-03", None, True),
        ("Babbage & Co", "2016", "2020", False),
    ]
    (school,) = resume["schools"]
    assert (school["school"], school["degree"], school["place"]["line"]) == ("University of London", "BSc Mathematics", 12)
    assert [(one["language"], one["proficiency"]) for one in resume["languages"]] == [("en", "native"), ("fr", "good")]


async def test_a_second_resume_adds_and_brings_nothing_back_that_a_recruiter_removed(importer: Importer, ats: Caller) -> None:
    await importer.imported(ADA)
    (ada,) = await importer.people()
    tag = (await ats.ask("GET", f"/v1/candidates/{ada['id']}")).headers["etag"]
    changed = await ats.patch(ada["id"], if_match=tag, skills=["python", "go"], title="Head of Engines", links=[])
    assert changed.status_code == 200

    await importer.imported(ADA.replace("Python, Postgres, Golang", "Postgres, Rust").replace("London, UK |", "Paris, France |"))

    person = await ats.read(ada["id"])
    assert person["skills"] == ["python", "go", "rust"]
    assert (person["title"], person["links"]) == ("Head of Engines", [])
    assert person["location"] == {"country": "FR", "city": "Paris"}
    assert person["phones"] == ["+442079460958"]


def archive_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


async def test_a_zip_of_resumes_has_a_result_for_each_file(importer: Importer) -> None:
    grace = ADA.replace("Ada Byron", "Grace Hopper").replace("ada.byron", "grace").replace("+44 20 7946 0958", "")
    content = archive_of(
        {
            "pool/ada.txt": ADA.encode(),
            "__MACOSX/ada.txt": b"x",
            "pool/grace.docx": docx(*[paragraph(line) for line in grace.splitlines()]),
            "pool/nested.zip": archive_of({"ada.txt": ADA.encode()}),
            "bomb.txt": b"\0" * 3_000_000,
            "broken.pdf": b"%PDF-1.7\nno document",
            "nobody.txt": b"A text without anybody",
            "long.txt": b"a" * 30_000,
        }
    )
    with zipfile.ZipFile(buffer := io.BytesIO(content), "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("packed.txt", ADA)
    content = buffer.getvalue()

    done = await importer.imported(content)

    assert (done["format"]["kind"], done["rows"], done["created"], done["refused"]) == ("zip of resumes", 8, 2, 6)
    assert {person["name"] for person in await importer.people()} == {"Ada Byron", "Grace Hopper"}
    rules = [row["errors"][0]["rule"] if row["errors"] else None for row in await importer.rows(done["id"])]
    assert rules[:5] == [
        None,
        None,
        "is an archive in an archive, which is not opened",
        "unpacks to more than 200 times its size",
        "is no PDF that can be read",
    ]
    assert str(rules[5]).startswith("must name somebody")
    assert rules[6:] == [
        "holds a line of more than 20,000 characters",
        "is packed in a way that is not read; use the usual one, Deflate",
    ]


async def test_a_file_with_a_password_in_an_archive_is_a_refused_row(importer: Importer) -> None:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.writestr("ada.txt", ADA)
        archive.writestr("locked.txt", ADA)
        archive.infolist()[-1].flag_bits |= 1

    done = await importer.imported(buffer.getvalue())

    assert (done["created"], done["refused"]) == (1, 1)
    assert (await importer.rows(done["id"]))[1]["errors"][0]["rule"] == "is protected by a password; save it without one"


async def test_two_resumes_of_one_person_in_an_archive_add_to_each_other(importer: Importer) -> None:
    other = ADA.replace("Python, Postgres, Golang", "Kafka, Python")

    await importer.imported(archive_of({"2022.txt": ADA.encode(), "2024.txt": other.encode()}))

    (person,) = await importer.people()
    assert sorted(person["skills"]) == ["go", "kafka", "postgresql", "python"]


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
        (archive_of({"__MACOSX/x": b""}), "without a file"),
        (archive_of({f"{number}.txt": b"" for number in range(600)}), "600 files; at most 500"),
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
