"""Taking the code out of the documents, so that a test runs what a reader copies."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def code(document: str) -> dict[str, str]:
    """The named blocks of a document: what stands behind the language in a fence's first line is the file's name."""
    text = (DOCS / document).read_text(encoding="utf-8")
    return dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def write_code(document: str, folder: Path) -> None:
    """Write the named blocks of a document into a folder, under their names."""
    for name, block in code(document).items():
        (folder / name).write_text(block, encoding="utf-8")
