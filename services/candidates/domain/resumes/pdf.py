"""PDF: its letters by where they stand, put together to lines and columns. Scripts are not run, pictures not read."""

import ctypes
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.candidates.domain.resumes.columns import Run, lines_of
from services.candidates.domain.resumes.lines import Line
from shared.isolated import Unreadable

SCANNED = "is a scan: its pages are pictures without text, which are not read"
SCRIPTED = "holds a script, which a resume does not need; print it to a PDF without one"
LOCKED = "is protected by a password; save it without one"
_SCRIPT = re.compile(rb"/S\s*/JavaScript\b")
_FEW_LETTERS = 20
_BOLD = 600
_WIDE_GAP = 1.2
"""Times the size of the letters: what stands further apart is another run."""


def pdf_lines(content: bytes, *, pages: int) -> list[Line]:
    """The lines of a PDF in reading order. Raises Unreadable: with a password or script, too many pages, scanned, broken."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise Unreadable(LOCKED if "password" in str(error).casefold() else "is no PDF that can be read") from error
    with document:
        if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0 or _SCRIPT.search(content):
            raise Unreadable(SCRIPTED)
        if len(document) > pages:
            raise Unreadable(f"has {len(document)} pages; at most {pages} are read")
        lines: list[Line] = []
        letters = 0
        for number, page in enumerate(document, 1):
            runs = list(_runs(page))
            letters += sum(len(run.text) for run in runs)
            lines += lines_of(runs, page=number, width=page.get_width())
    if letters < _FEW_LETTERS:
        raise Unreadable(SCANNED)
    return lines


@dataclass(slots=True)
class _Letter:
    text: str
    left: float
    right: float
    base: float
    size: float
    is_bold: bool
    is_apart: bool
    """Whether a space stands before it."""


def _runs(page: Any) -> Iterator[Run]:
    """What is printed without a wide gap, in the order of the file."""
    links = list(_links(page))
    held: list[_Letter] = []
    for letter in _letters(page):
        if held and not _follows(held[-1], letter):
            yield from _run(held, links)
            held = []
        held.append(letter)
    yield from _run(held, links)


def _follows(before: _Letter, letter: _Letter) -> bool:
    size = max(before.size, letter.size, 1.0)
    gap = letter.left - before.right
    return abs(letter.base - before.base) < 0.35 * size and -0.6 * size < gap < _WIDE_GAP * size


def _run(letters: Sequence[_Letter], links: Sequence[tuple[tuple[float, float, float, float], str]]) -> Iterator[Run]:
    if not letters:
        return
    text = ""
    for place, letter in enumerate(letters):
        if place and (letter.is_apart or letter.left - letters[place - 1].right > 0.22 * letter.size):
            text += " "
        text += letter.text
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        return
    left, right, base = letters[0].left, letters[-1].right, letters[0].base
    middle = base + 0.3 * letters[0].size
    pointed = tuple(dict.fromkeys(link for (x0, y0, x1, y1), link in links if x0 < right and x1 > left and y0 <= middle <= y1))
    bold = sum(letter.is_bold for letter in letters) * 2 > len(letters)
    size = max(letter.size for letter in letters)
    yield Run(text, left, right, base, round(size, 1), bold, pointed)


def _letters(page: Any) -> Iterator[_Letter]:
    text_page = page.get_textpage()
    box, origin = raw.FS_RECTF(), (ctypes.c_double(), ctypes.c_double())
    bold_fonts: dict[bytes, bool] = {}
    is_apart = False
    for index in range(raw.FPDFText_CountChars(text_page)):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code == 0x20:
            is_apart = True
        if raw.FPDFText_IsGenerated(text_page, index) == 1 or code <= 0x20 or code in {0xAD, 0xFFFE, 0x200B, 0xFEFF}:
            continue
        character = chr(code)
        if 0xFB00 <= code <= 0xFB06 or code == 0xA0:
            character = unicodedata.normalize("NFKC", character)
        raw.FPDFText_GetLooseCharBox(text_page, index, box)
        raw.FPDFText_GetCharOrigin(text_page, index, *origin)
        if character.isspace():
            is_apart = True
            continue
        size = box.top - box.bottom
        bold = _is_bold(text_page, index, bold_fonts)
        yield _Letter(character, box.left, box.right, origin[1].value, size, bold, is_apart)
        is_apart = False


def _is_bold(text_page: Any, index: int, known: dict[bytes, bool]) -> bool:
    if raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD:
        return True
    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text_page, index, name, 128, None)
    return known.setdefault(name.value, any(mark in name.value.lower() for mark in (b"bold", b"black", b"heavy", b"semibold")))


def _links(page: Any) -> Iterator[tuple[tuple[float, float, float, float], str]]:
    """The links of a page, with the rectangle of each."""
    place, link = ctypes.c_int(0), raw.FPDF_LINK()
    box = raw.FS_RECTF()
    while raw.FPDFLink_Enumerate(page, place, link):
        action = raw.FPDFLink_GetAction(link)
        if not action or not raw.FPDFLink_GetAnnotRect(link, box):
            continue
        length = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
        if 1 < length <= 2000:
            address = ctypes.create_string_buffer(length)
            raw.FPDFAction_GetURIPath(page.pdf, action, address, length)
            low, high = sorted((box.top, box.bottom))
            yield (box.left, low, box.right, high), address.value.decode(errors="replace")
