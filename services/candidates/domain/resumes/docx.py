"""DOCX: paragraphs, tables, text boxes, headers and footers, in reading order. Fields, macros and links are not followed.

Read from the archive's XML: a library that keeps to paragraphs and tables loses text boxes and the headers of pages.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from services.candidates.domain.resumes.lines import Line
from shared.isolated import MIB, Unreadable

DOCUMENT = "word/document.xml"
MACROS = "holds macros; save it as DOCX without them"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOST_PARTS = 10_000
_DEEPEST = 40
_PER_PAGE = 60
"""Lines of a page, where the document does not say where pages end."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph, or a row of cells that are one paragraph each."""

    cells: tuple[str, ...]
    size: float
    is_bold: bool
    left: float
    links: tuple[str, ...]
    column: int = 0
    begins_page: bool = False


def docx_lines(content: bytes, *, unpacked_mib: int, pages: int) -> list[Line]:
    """The lines of a document. Raises Unreadable: with macros, of too many pages, too large unpacked, or broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _demand_harmless(archive, unpacked_mib)
            links = _links(archive, parts)
            heads = [name for name in sorted(parts) if re.fullmatch(r"word/header\d*\.xml", name)]
            feet = [name for name in sorted(parts) if re.fullmatch(r"word/footer\d*\.xml", name)]
            roots = [fromstring(archive.read(name)) for name in (*heads, DOCUMENT, *feet)]
    except (
        zipfile.BadZipFile,
        KeyError,
        ParseError,
        DefusedXmlException,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Unreadable("is no DOCX file that can be read") from error
    lines: list[Line] = []
    page, number = 1, 0
    seen: set[tuple[str, ...]] = set()
    for place, root in enumerate(roots):
        for piece in _pieces(root, links, 0):
            is_margin = place < len(heads) or place > len(heads)
            if is_margin and piece.cells in seen:
                continue
            seen.add(piece.cells)
            number += 1
            if piece.begins_page or number > _PER_PAGE:
                page, number = page + 1, 1
            if page > pages:
                raise Unreadable(f"has more than {pages} pages")
            is_full = len(" ".join(piece.cells)) > 90
            lines.append(
                Line(piece.cells, page, number, piece.size, piece.left, piece.is_bold, is_full, piece.links, piece.column)
            )
    return lines


def _demand_harmless(archive: zipfile.ZipFile, unpacked_mib: int) -> set[str]:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > unpacked_mib * MIB:
        raise Unreadable(f"unpacks to more than {unpacked_mib} MiB")
    names = {part.filename for part in parts}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable(MACROS)
    return names


def _links(archive: zipfile.ZipFile, parts: set[str]) -> Mapping[str, str]:
    """Where links lead, by the part's name and their id in it; those of headers have ids of their own and are left out."""
    name = "word/_rels/document.xml.rels"
    if name not in parts:
        return {}
    return {
        one.get("Id", ""): one.get("Target", "") for one in fromstring(archive.read(name)) if one.get("TargetMode") == "External"
    }


def _pieces(root: Element, links: Mapping[str, str], depth: int, column: int = 0) -> Iterator[_Piece]:
    """The paragraphs below an element, in order; of a text box those behind the paragraph that holds it."""
    if depth > _DEEPEST:
        raise Unreadable("is nested too deeply")
    for child in root:
        if child.tag == f"{_W}p":
            yield from _paragraph(child, links, column)
            for box in _boxes(child):
                yield from _pieces(box, links, depth + 1, column)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, links, depth + 1, column)
        elif child.tag != _CHOICE:
            yield from _pieces(child, links, depth + 1, column)


def _boxes(paragraph: Element) -> Iterator[Element]:
    """The text boxes of a paragraph, each once: what is kept for old programs repeats them."""
    waiting = [paragraph]
    while waiting:
        for child in reversed(waiting.pop()):
            if child.tag == f"{_W}txbxContent":
                yield child
            elif child.tag != _CHOICE:
                waiting.append(child)


def _table(table: Element, links: Mapping[str, str], depth: int, column: int) -> Iterator[_Piece]:
    """Rows whose cells are a paragraph each are lines; a table that sets out columns is read column by column."""
    rows = [
        [list(_pieces(cell, links, depth + 1, column)) for cell in row.findall(f"{_W}tc")] for row in table.findall(f"{_W}tr")
    ]
    for row in rows:
        filled = [cell for cell in row if cell]
        if len(filled) > 1 and all(len(cell) <= 2 for cell in filled):
            for line in range(max(map(len, filled))):
                at = [cell[line] for cell in filled if line < len(cell)]
                links_of = tuple(link for piece in at for link in piece.links)
                cells = tuple(text for piece in at for text in piece.cells)
                yield _Piece(cells, max(piece.size for piece in at), at[0].is_bold, at[0].left, links_of, column)
        elif len(filled) > 1 and len(rows) <= 3:
            for place, cell in enumerate(filled):
                for piece in cell:
                    yield _Piece(piece.cells, piece.size, piece.is_bold, piece.left, piece.links, place, piece.begins_page)
        else:
            for cell in filled:
                yield from cell


def _paragraph(paragraph: Element, links: Mapping[str, str], column: int) -> Iterator[_Piece]:
    """A paragraph, line by line where it is broken by hand."""
    style = paragraph.find(f"{_W}pPr")
    named = _value(style, "pStyle", "val").casefold()
    is_heading = named.startswith(("heading", "title", "überschrift", "titre"))
    is_item = "list" in named or (style is not None and style.find(f"{_W}numPr") is not None)
    left = _number(_value(style, "ind", "left")) / 20
    size, is_bold = _look(paragraph)
    size = size or (24.0 if named == "title" else 14.0 if is_heading else 0.0)
    nodes = list(_inline(paragraph))
    pointed = tuple(target for node in nodes if node.tag == f"{_W}hyperlink" and (target := links.get(node.get(f"{_R}id", ""))))
    begins_page = any(node.tag == f"{_W}br" and node.get(f"{_W}type") == "page" for node in nodes)
    for text in "".join(map(_text, nodes)).split("\n"):
        cells = tuple(cell for part in re.split(r"\t+| {3,}", text) if (cell := " ".join(part.split())))
        if cells:
            marked = (f"• {cells[0]}", *cells[1:]) if is_item else cells
            yield _Piece(marked, size, is_heading or is_bold, left, pointed, column, begins_page)
            begins_page = False


def _text(node: Element) -> str:
    """What a node of a paragraph adds to its text."""
    if node.tag == f"{_W}t":
        return node.text or ""
    if node.tag in {f"{_W}br", f"{_W}cr"}:
        return "\n"
    return {f"{_W}tab": "\t", f"{_W}ptab": "\t", f"{_W}noBreakHyphen": "-"}.get(node.tag, "")


def _look(paragraph: Element) -> tuple[float, bool]:
    """The size of the largest letters of a paragraph, 0 where it says none, and whether most of it is bold."""
    size, bold, length = 0.0, 0, 0
    for run in paragraph.iter(f"{_W}r"):
        letters = sum(len(one.text or "") for one in run.findall(f"{_W}t"))
        look = run.find(f"{_W}rPr")
        length += letters
        bold += letters * (look is not None and look.find(f"{_W}b") is not None)
        size = max(size, _number(_value(look, "sz", "val")) / 2)
    return size, bold * 2 > length > 0


def _value(parent: Element | None, name: str, attribute: str) -> str:
    found = None if parent is None else parent.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}{attribute}", "")


def _inline(paragraph: Element) -> Iterator[Element]:
    """What a paragraph holds, without its text boxes."""
    waiting = [*reversed(paragraph)]
    while waiting:
        node = waiting.pop()
        if node.tag in {f"{_W}txbxContent", _CHOICE, f"{_W}pPr", f"{_W}del"}:
            continue
        yield node
        waiting.extend(reversed(node))


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"-?\d{1,6}", text) else 0.0
