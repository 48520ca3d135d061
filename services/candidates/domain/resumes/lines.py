"""A document as its lines, in the order in which a person reads it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_BULLET = re.compile(r"^\s*(?:[•◦▪▫●○‣⁃∙·■□➢➤✓✔*\uf0b7\uf0a7]|[-–—](?=\s)|\d{1,2}[.)](?=\s))\s*")


_EDGE = re.compile(r"\d+")
_PAGE = re.compile(
    r"^(?:[^|•·]{0,60}[\s–—|-])?(?:(?:page|seite|página|pagina)\s*)?\d{1,3}\s?(?:/|of|von|de|sur|di)\s?\d{1,3}$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its cells, which stand apart from each other, and where it is.

    ``size`` is that of its letters and ``left`` its indent, both in points, as far as the document says; those of a plain text
    have neither.
    """

    cells: tuple[str, ...]
    page: int
    number: int
    """On the page, counted from 1."""
    size: float = 0.0
    left: float = 0.0
    is_bold: bool = False
    is_full: bool = False
    """Whether the text goes on to the right end of its column: then the next line may be the rest of a sentence."""
    links: tuple[str, ...] = ()
    """Where its links lead."""
    column: int = 0
    """Of two columns the left one is 0."""

    @property
    def text(self) -> str:
        """The whole line."""
        return "  ".join(self.cells)

    @property
    def is_bullet(self) -> bool:
        """Whether it is an item of a list."""
        return _BULLET.match(self.text) is not None

    @property
    def bare(self) -> str:
        """The line without the mark of an item."""
        return _BULLET.sub("", self.text, count=1).strip()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the page and the line on it, counted from 1."""

    page: int
    line: int

    @classmethod
    def of(cls, line: Line) -> "Place":
        return cls(line.page, line.number)


def plain_lines(text: str) -> list[Line]:
    """The lines of a plain text; a form feed begins a page. Lines below others that are as long as most may go on."""
    lines: list[Line] = []
    for page, content in enumerate(text.split("\f"), 1):
        rows = content.splitlines()
        longest = sorted(map(len, filter(None, rows)))[-max(1, len(rows) // 8) :][:1] or [0]
        for number, row in enumerate(rows, 1):
            cells = tuple(cell.strip() for cell in re.split(r"\t+| {3,}", row.strip()) if cell.strip())
            if cells:
                is_full = len(row) >= max(60, 0.85 * longest[0])
                indent = len(row) - len(row.lstrip())
                lines.append(Line(cells, page, number, left=indent * 5.0, is_full=is_full))
    return lines


def without_margins(lines: Sequence[Line]) -> list[Line]:
    """Lines without what stands at the head and the foot of several pages, and without the numbers of pages."""
    edges = Counter(text for page in {line.page for line in lines} for text in _edges([one for one in lines if one.page == page]))
    last = max((line.page for line in lines), default=0)
    return [line for line in lines if not (_PAGE.search(line.text) or (last > 1 and edges[_EDGE.sub("#", line.text)] > 1))]


def _edges(page: Sequence[Line]) -> set[str]:
    return {_EDGE.sub("#", line.text) for line in (page[0], page[-1])}


def widest(lines: Sequence[Line]) -> float:
    """The size of the largest letters."""
    return max((line.size for line in lines), default=0.0)
