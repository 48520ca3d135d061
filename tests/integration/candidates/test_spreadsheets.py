"""XLSX: the same rules as CSV, read in a process of its own."""

import io
import zipfile

import pytest

from services.candidates.settings import CandidatesSettings
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.imported import Importer
from tests.integration.candidates.spreadsheets import DAY, number, text, xlsx

HEADER = [text("Full name"), text("E-Mail"), text("Phone"), text("Skills")]
ADA = [text("Ada Byron"), text("ada@example.org"), number("442079460958"), text("python; sql")]


@pytest.fixture
def importer(ats: Caller, candidates: Sessions, settings: CandidatesSettings) -> Importer:
    return Importer(ats, candidates, settings)


async def test_the_first_sheet_with_data_is_read_and_said(importer: Importer) -> None:
    preamble = [text("Export of the pool")]
    done = await importer.imported(xlsx({"Cover": [], "Pool": [preamble, HEADER, ADA], "Archive": [HEADER]}))

    assert done["format"] == {
        "kind": "xlsx",
        "encoding": None,
        "delimiter": None,
        "header_line": 2,
        "sheet": "Pool",
        "sheets_left": ["Archive"],
    }
    (person,) = await importer.people()
    assert (person["name"], person["emails"], person["skills"]) == ("Ada Byron", ["ada@example.org"], ["python", "sql"])
    assert person["phones"] == ["442079460958"]
    (row,) = await importer.rows(done["id"])
    assert (row["line"], row["result"]) == (3, "created")


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ([*ADA, text("further")], None, "has 5 cells where the header has 4"),
        ([text("Ada"), text(""), number("4915123456789012"), text("")], "Phone", "was damaged by a spreadsheet: a number"),
        (
            [number("18172", style=DAY), text("ada@example.org")],
            "Full name",
            "was damaged by a spreadsheet, which took it for a date",
        ),
        ([text("Ada"), text("not an address")], "E-Mail", "must be an e-mail address"),
        ([text("=1+1"), text("ada@example.org")], "Full name", "holds a formula; only values are read"),
        ([text("Ada")], None, "must name somebody"),
        ([*ADA[:3], text("x" * 32_768)], None, "has a cell of more than 32,767 characters"),
    ],
)
async def test_a_row_that_breaks_a_rule_is_refused(importer: Importer, cells: list[str], column: str | None, rule: str) -> None:
    last = [text("Last"), text("last@example.org")]

    done = await importer.imported(xlsx({"Pool": [HEADER, [text("First"), text("first@example.org")], [], cells, last]}))

    assert (done["created"], done["refused"]) == (2, 1)
    (row,) = [one for one in await importer.rows(done["id"]) if one["result"] == "refused"]
    assert row["line"] == 4
    assert row["errors"][0]["column"] == column
    assert row["errors"][0]["rule"].startswith(rule)


async def test_numbers_and_dates_are_values_where_a_field_has_them(importer: Importer) -> None:
    header = [text(name) for name in ("id", "salary", "currency", "years experience", "observed at")]
    row = [number("4711"), number("85000"), text("EUR"), number("7.5"), number("45000", style=DAY)]

    await importer.imported(xlsx({"Pool": [header, row]}), source="crm")

    person = await importer.ats.read("crm:4711")
    assert person["salary"] == {"amount": 85000, "currency": "EUR"}
    assert person["years_experience"] == 7.5
    assert person["sources"]["years_experience"]["since"].startswith("2023-03-15")


def _bomb() -> bytes:
    """An archive one of whose parts unpacks to two GiB, as its directory says."""
    buffer = io.BytesIO(xlsx({"Pool": [HEADER]}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/media.bin", b"x")
        archive.infolist()[-1].file_size = 2**31
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (xlsx({"Pool": [HEADER, ADA]}, also={"xl/vbaProject.bin": "x"}), "holds macros"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Office file of the old kind"),
        (xlsx({"Cover": []}), "no sheet with data"),
        (b"PK\x03\x04 no archive", "no ZIP archive"),
        (xlsx({"Pool": [HEADER]})[:-300], "no ZIP archive"),
        (xlsx({"Pool": [["<c><v>1</c>"]]}), "no XLSX file"),
        (xlsx({"Pool": [[text(f"c{n}") for n in range(600)]]}), "600 columns"),
        (xlsx({"Pool": [['<c r="A1"><v>1</v></c>', '<c r="XFD1"><v>1</v></c>']]}), "16384 columns"),
        (_bomb(), "unpacks to more than 1024 MiB"),
    ],
)
async def test_what_is_no_plain_spreadsheet_is_refused(importer: Importer, content: bytes, word: str) -> None:
    answer = await importer.send(content)

    assert answer.status_code == 422, answer.text
    assert word in answer.json()["detail"]
    assert answer.json()["code"] == "import_file_refused"


async def test_a_password_and_macros_name_what_to_do(importer: Importer) -> None:
    answer = await importer.send(xlsx({"Pool": [HEADER, ADA]}, also={"xl/vbaProject.bin": "x"}))

    assert answer.json()["errors"] == [{"field": "file", "rule": "holds macros; save it as XLSX without them"}]
