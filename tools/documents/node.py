"""The official tools that exist in JavaScript alone, for checking documents and for tests."""

from pathlib import Path

from rekindle.embedded import node

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"


def installed() -> list[str]:
    """How to call node, once `node_modules` is what the lock says. Raises CannotUseNode."""
    # What is optional is the reference page's alone: it needs one file of it, which tools.reference_page fetches.
    return node.installed(ROOT, omit="optional")
