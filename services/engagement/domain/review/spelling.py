"""Slips of the pen: English words that nobody knows and that are one letter away from a common one."""

from collections.abc import Iterator
from functools import cache

from spellchecker import SpellChecker

from services.engagement.domain.review.draft import Draft, Finding, Severity
from services.engagement.domain.review.phrases import sign

COMMON = 2_000
"""How often the right word is seen in the library's corpus, at least: a rare one is no sign of a slip."""
SHORTEST = 6
LEAST_ENGLISH = 0.15
"""Where fewer of the words are such as every English text has, the text is taken for another language, and nothing is said."""
ADVICE = "Check the spelling of this word."


@cache
def _checker() -> SpellChecker:
    return SpellChecker(distance=1)


def find(draft: Draft) -> Iterator[Finding]:
    """Each misspelt word, where it first stands."""
    words = draft.lower_words
    if len(sign("english").findall(draft.lower)) < LEAST_ENGLISH * len(words):
        return
    checker = _checker()
    seen: dict[str, tuple[int, int]] = {}
    for found in draft.words:
        word = found.group()
        if len(word) >= SHORTEST and word.isascii() and word.isalpha() and word.islower():
            seen.setdefault(word, found.span())
    unknown = {word for word in checker.unknown(seen) if not sign("trade").fullmatch(word)}
    for word in sorted(unknown, key=seen.__getitem__):
        near = checker.candidates(word) or ()
        if not (word.endswith("s") and word[:-1] in near) and any(checker.word_frequency[other] >= COMMON for other in near):
            yield Finding("spelling", Severity.WARN, seen[word], ADVICE, 8)
