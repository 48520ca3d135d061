"""DOCX files as programs write them, made of the XML of their parts."""

import io
import zipfile
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(text: str, *, style: str = "") -> str:
    """A paragraph; a tab in it is one."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    runs = "<w:r><w:tab/></w:r>".join(f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>' for part in text.split("\t"))
    return f"<w:p>{look}{runs}</w:p>"


def table(rows: list[list[list[str]]]) -> str:
    """A table of rows of cells of paragraphs."""
    cells = [[f"<w:tc>{''.join(cell)}</w:tc>" for cell in row] for row in rows]
    return "<w:tbl>" + "".join("<w:tr>" + "".join(row) + "</w:tr>" for row in cells) + "</w:tbl>"


def text_box(*paragraphs: str) -> str:
    """A paragraph with a text box, and its repetition for old programs."""
    box = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def link(text: str, one: str) -> str:
    """A paragraph that is a link, by its id."""
    return f'<w:p><w:hyperlink r:id="{one}"><w:r><w:t>{escape(text)}</w:t></w:r></w:hyperlink></w:p>'


def docx(*body: str, header: str = "", links: dict[str, str] | None = None, also: dict[str, str] | None = None) -> bytes:
    """A document; ``links`` lead somewhere by their ids, ``also`` are further parts."""
    names = f'xmlns:w="{_W}" xmlns:mc="{_MC}" xmlns:r="{_R}"'
    targets = "".join(f'<Relationship Id="{one}" Target="{to}" TargetMode="External"/>' for one, to in (links or {}).items())
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {names}><w:body>{''.join(body)}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_REL}">{targets}</Relationships>',
        **({"word/header1.xml": f"<w:hdr {names}>{header}</w:hdr>"} if header else {}),
        **(also or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
