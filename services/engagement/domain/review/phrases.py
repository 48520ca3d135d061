"""The lists of ``phrases.toml``, what a message should not say, and of ``signs.toml``, what shows that it does what it should."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from services.engagement.domain.review.draft import Draft, Finding, Kind, Severity


@dataclass(frozen=True, slots=True)
class PhraseList:
    """A list, as compiled; several may have one code.

    ``kinds``: which messages it looks at. ``only_with``: without that finding a phrase matters little.
    """

    code: str
    severity: Severity
    points: int
    advice: str
    source: str
    kinds: frozenset[Kind]
    only_with: str | None
    pattern: re.Pattern[str]


@cache
def phrase_lists() -> tuple[PhraseList, ...]:
    """All lists. Raises for a file that is wrong, so that the service does not start with half of its rules."""
    return tuple(_list(code, table) for code, table in _read("phrases.toml").items() if code != "words")


@cache
def sign(name: str) -> re.Pattern[str]:
    """What shows that a message does something, by its name in ``signs.toml``."""
    return _compile(name, _read("signs.toml")[name])


def find(draft: Draft) -> Iterator[Finding]:
    """Each phrase of each list that looks at this kind of message."""
    for one in phrase_lists():
        if draft.kind in one.kinds:
            for found in one.pattern.finditer(draft.lower):
                yield Finding(one.code, one.severity, found.span(), one.advice, one.points)


def _list(code: str, table: dict[str, Any]) -> PhraseList:
    kinds = table.get("kinds", list(Kind))
    if not isinstance(kinds, list):
        raise TypeError(f"phrases.toml: {code}: kinds must be a list")
    return PhraseList(
        str(table.get("code", code)),
        Severity(str(table["severity"])),
        int(str(table["points"])),
        str(table["advice"]),
        str(table["source"]),
        frozenset(Kind(kind) for kind in kinds),
        None if "only_with" not in table else str(table["only_with"]),
        _compile(code, table["phrases"]),
    )


def _compile(name: str, phrases: object) -> re.Pattern[str]:
    """One pattern of all phrases, which begins and ends where a word does, for a text in lower case."""
    if not isinstance(phrases, list) or not phrases:
        raise TypeError(f"{name}: the phrases must be a list")
    # Few spaces, not any number: a text of nothing but spaces must not cost more than another.
    spelt_out = "|".join(f"(?:{_spelt_out(re.sub('  +', '', phrase))})" for phrase in phrases)
    if any(sign.isupper() for sign in re.sub(r"\\.", "", spelt_out)):
        raise ValueError(f"{name}: the phrases must be in lower case")
    joined = spelt_out.replace(" ?", r"\s{0,4}").replace(" ", r"\s{1,4}")
    return re.compile(rf"(?<!\w)(?=\w)(?:{joined})(?!\w)")


_WORDS = re.compile(r"<([a-z]+)>")


def _spelt_out(phrase: str) -> str:
    """The phrase with the words that it names, which may name others. Raises KeyError for words that there are not."""
    words = _read("phrases.toml")["words"]
    while _WORDS.search(phrase):
        phrase = _WORDS.sub(lambda named: words[named[1]], phrase)
    return phrase


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("services.engagement.domain.review").joinpath(name).read_text(encoding="utf-8"))
