"""A person's name as words that can be compared, whatever its script, its order, its titles and its accents."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from services.candidates.domain.duplicates.words import GENERATIONS, LONG_SURNAMES, PARTICLES, TITLES

MOST_WORDS = 6
"""Words of a name that are compared."""
LONGEST_WORD = 60

_SEPARATORS = re.compile(r"[^0-9a-z]+")
_APOSTROPHES = re.compile(r"['\u2018\u2019\u02bc\u02b9\u02bb`\u00b4]")
_LATIN = re.compile(r"[\u0000-\u024f\u1e00-\u1eff]*")
_HAN = re.compile(r"[\u3400-\u9fff]{2,4}")
_HANGUL = re.compile(r"[\uac00-\ud7a3]{2,4}")

_SOUNDS = (
    (re.compile(r"shch|schtsch|szcz|tsch|tch|tzsch|sch|ch(?=[eiy])|cz|sz|sh|zh|ts|tz|dzh|dz|ch|c(?=[eiy])|z|ss"), "s"),
    (re.compile("ph|w|f|b(?=h)"), "v"),
    (re.compile("x"), "ks"),
    (re.compile("ck|kh|gh|q|c|g"), "k"),
    (re.compile("dt|th|d"), "t"),
    (re.compile("b"), "p"),
    (re.compile("^[aeiouyjh]+"), "A"),
    (re.compile("[aeiouyjh]+"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_SPELLINGS = ((re.compile("ae"), "a"), (re.compile("oe"), "o"), (re.compile("ue"), "u"), (re.compile("ss"), "s"))


@dataclass(frozen=True, slots=True)
class PersonName:
    """``words``: in Latin letters, lower case, without titles and particles; empty where there is no name."""

    words: tuple[str, ...]
    generation: str | None
    """junior, senior, II ... where the name says so."""
    is_transliterated: bool
    """Whether it was written with other letters."""
    is_surname_first: bool = False
    """Whether it was written as one word, Chinese or Korean, of which the surname is the first."""

    @property
    def letters(self) -> int:
        """How many letters it has."""
        return sum(map(len, self.words))


NO_NAME = PersonName((), None, is_transliterated=False)


def read_name(text: str | None) -> PersonName:
    """The name that a record holds."""
    if not text:
        return NO_NAME
    composed = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text[:300]))
    is_transliterated = _LATIN.fullmatch(composed) is None
    whole = composed.strip()
    is_surname_first = is_transliterated and (_HAN.fullmatch(whole) or _HANGUL.fullmatch(whole)) is not None
    if is_surname_first:
        composed = _with_surname_apart(whole)
    latin = _SEPARATORS.sub(" ", anyascii(composed).replace("'", "").lower())
    words = [word[:LONGEST_WORD] for word in latin.split()]
    generation = None
    for word in words[1:] if len(words) > 2 else ():
        generation = generation or GENERATIONS.get(word)
    kept = [word for word in words if generation is None or word not in GENERATIONS]
    for dropped in (TITLES, PARTICLES):
        rest = [word for word in kept if word not in dropped]
        kept = rest if len(rest) >= min(2, len(kept)) else kept
    return PersonName(tuple(kept[:MOST_WORDS]), generation, is_transliterated, is_surname_first)


def _with_surname_apart(word: str) -> str:
    """Chinese and Korean names are written without a space: the surname comes first, of one character, seldom of two."""
    length = 2 if word[:2] in LONG_SURNAMES and len(word) > 2 else 1
    return f"{word[:length]} {word[length:]}"


@lru_cache(maxsize=16_384)
def sound_of(word: str) -> str:
    """How a word sounds, roughly: consonants alone, with those as one that languages and transliterations mix up."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@lru_cache(maxsize=16_384)
def spelling_of(word: str) -> str:
    """A word with what German writes for its umlauts as the letter without dots."""
    for pattern, letter in _SPELLINGS:
        word = pattern.sub(letter, word)
    return word
