"""Skills have one spelling each, at every way in: "Postgres" and "PostgreSQL" are the same skill.

``skills.toml`` lists the names with what else they are called, and says where they come from.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

LONGEST = 100
"""Characters of a skill."""


@cache
def aliases() -> Mapping[str, str]:
    """The name of each skill that is also written otherwise, by what else it is called."""
    names: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {folded(alias): name for name, others in names.items() for alias in others}


def folded(text: str) -> str:
    """Text without differences of case, of spaces and of how letters are composed (NFC)."""
    text = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return unicodedata.normalize("NFC", text)[:LONGEST].rstrip()


@lru_cache(maxsize=16_384)
def skill_of(text: str) -> str:
    """The one spelling of a skill; of one that is on no list its own, in lower case. It is its own spelling, too."""
    name = folded(text)
    return aliases().get(name, name)


def skill_keys(skills: Iterable[str]) -> list[str]:
    """Skills for comparison: each once, sorted."""
    return sorted({skill_of(skill) for skill in skills})
