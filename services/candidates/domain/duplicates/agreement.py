"""Whether two names may be one person's: the same words in any order, short forms, transliterations, slips of the pen."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA, JaroWinkler

from services.candidates.domain.duplicates.given_names import are_forms_of_one, is_given_name
from services.candidates.domain.duplicates.names import PersonName, sound_of, spelling_of

How = Literal["same", "spelling", "form", "sound", "slip", "initial", "doubtful", "other"]

_LOSS: dict[How, float] = {"same": 0, "spelling": 0.2, "form": 1, "sound": 1.5, "slip": 1.5, "initial": 2.5, "doubtful": 6}
"""How much less a word says that agrees only so, in bits."""
_SHORTEST_SWAPPED, _SHORTEST_WITH_SLIP, _LONG = 3, 4, 8
_LONG_IN_OTHER_LETTERS = 6
"""One letter of another script may be two in Latin."""
_DOUBTFUL = 0.85
_SIMILAR = 0.6
OTHER_PERSON = -14.0
"""Names that agree so little, or less, are not one person's: other given names, or father and son."""
_SOUNDS_SIMILAR = 0.8
_MOST_SLIPS = 2
_PLAIN_LETTERS, _BITS_A_LETTER, _MOST_BITS = 9, 0.35, 2.5
"""A name of so many letters is of ordinary weight; longer ones are rarer, up to a limit, short ones more common."""


@dataclass(frozen=True, slots=True)
class NameAgreement:
    """``weight`` in bits: how much it speaks for one person, negative where against."""

    weight: float
    why: str


@lru_cache(maxsize=32_768)
def compare_words(one: str, other: str, *, by_sound: bool = False) -> How:
    """How two words of names agree; the same whichever comes first. ``by_sound``: one of the two was in other letters."""
    if one == other:
        return "same"
    if len(one) == 1 or len(other) == 1:
        return "initial" if one[0] == other[0] else "other"
    if spelling_of(one) == spelling_of(other):
        return "spelling"
    if are_forms_of_one(one, other):
        return "form"
    sounds_alike = sound_of(one) == sound_of(other) and len(sound_of(one)) > 1
    if by_sound and sounds_alike:
        return "sound"
    similarity = JaroWinkler.similarity(one, other)
    if similarity < _SIMILAR:
        return "other"
    alike: How = "doubtful" if similarity >= _DOUBTFUL else "other"
    if _may_be_two_names(one, other):
        return alike
    if sounds_alike and similarity >= _SOUNDS_SIMILAR:
        return "sound"
    return "slip" if _is_slip(one, other, long=_LONG_IN_OTHER_LETTERS if by_sound else _LONG) else alike


def _is_slip(one: str, other: str, *, long: int) -> bool:
    """One letter is another, too many or missing, or two swapped; in a ``long`` word two such; in a short one only swapped."""
    shorter = min(len(one), len(other))
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 1:
        return shorter >= _SHORTEST_WITH_SLIP or (shorter >= _SHORTEST_SWAPPED and sorted(one) == sorted(other))
    return distance == _MOST_SLIPS and shorter >= long


def _may_be_two_names(one: str, other: str) -> bool:
    """Names of brothers and sisters are alike: Daniel and Daniela, Mario and Maria; so are names that both are on a list."""
    if is_given_name(one) and is_given_name(other):
        return True
    short, long = sorted((one, other), key=len)
    if long[:-1] == short:
        return long[-1] in "aeiouy"
    return len(short) == len(long) and short[:-1] == long[:-1] and (short[-1] in "aeo" or long[-1] in "aeo")


def compare_names(one: PersonName, other: PersonName) -> NameAgreement | None:
    """What two names say; None where one of the two has none."""
    if not one.words or not other.words:
        return None
    short, long = sorted((one, other), key=lambda name: (len(name.words), name.words))
    plain = _rarity(short)
    if short.words == long.words:
        agreement = NameAgreement(plain, "the same name")
    elif sorted(short.words) == sorted(long.words):
        agreement = NameAgreement(plain - 0.3, "the same name in another order")
    elif _joined(short.words) & _joined(long.words):
        agreement = NameAgreement(plain - 0.5, "the same name, written in one word or in several")
    else:
        agreement = _word_by_word(short, long, plain)
    if one.generation != other.generation:
        against = 14.0 if one.generation and other.generation else 7.0
        said = " and ".join(sorted(name.generation or "neither" for name in (one, other)))
        return NameAgreement(agreement.weight - against, f"{agreement.why}, of two generations ({said})")
    return agreement


def _rarity(name: PersonName) -> float:
    if len(name.words) == 1:
        return 1.0 if name.letters > 1 else -1.0
    bits = (name.letters - _PLAIN_LETTERS) * _BITS_A_LETTER
    return 6.5 + max(-2 * _MOST_BITS, min(_MOST_BITS, bits))


def _joined(words: tuple[str, ...]) -> set[str]:
    return {"".join(words), "".join(reversed(words))}


def _word_by_word(shorter: PersonName, longer: PersonName, plain: float) -> NameAgreement:
    """Each word of the shorter name with the one of the longer that agrees best, the closest pairs first."""
    short, long = shorter.words, longer.words
    by_sound = shorter.is_transliterated != longer.is_transliterated
    is_exact = shorter.is_surname_first and longer.is_surname_first
    ways = sorted(
        (_LOSS[how], abs(i - j), i, j, how)
        for i, one in enumerate(short)
        for j, other in enumerate(long)
        if (how := compare_words(one, other, by_sound=by_sound)) != "other" and (how == "same" or not is_exact)
    )
    mine: dict[int, tuple[How, float]] = {}
    theirs: set[int] = set()
    for loss, _, i, j, how in ways:
        if i not in mine and j not in theirs:
            mine[i] = how, loss
            theirs.add(j)
    loss = sum(lost for _, lost in mine.values()) - (by_sound * 0.8 * sum(how == "sound" for how, _ in mine.values()))
    hows = {how for how, _ in mine.values()}
    whole = sum(how not in {"initial", "doubtful"} and len(short[i]) > 1 for i, (how, _) in mine.items())
    if len(mine) == len(short) and (len(short) == 1 or (whole and "doubtful" not in hows)):
        further = 0.4 * (len(long) - len(short))
        return NameAgreement(plain - loss - further, _why(hows, is_longer=len(long) > len(short), is_one=len(short) == 1))
    if not whole:
        return NameAgreement(OTHER_PERSON, "other names")
    if len(mine) == len(short):
        return NameAgreement(-4.0 - loss, "one word the same, another alike, which may be two names")
    return _partly(shorter, longer, mine)


def _partly(short: PersonName, long: PersonName, mine: dict[int, tuple[How, float]]) -> NameAgreement:
    """Some words agree, others do not: the same given name with another surname is rather one person than the opposite."""
    family = NameAgreement(OTHER_PERSON, "the same surname, another given name: maybe of one family")
    first, first_too = short.words[0], long.words[0]
    if short.is_surname_first or long.is_surname_first or len(first) == 1:
        return family
    if compare_words(first, first_too) in {"other", "doubtful", "initial"}:
        return family
    if len(mine) > 1:
        return NameAgreement(-3.0, "a part of the name the same, another part not")
    weight = -7.0 if is_given_name(first) and is_given_name(first_too) else -10.0
    return NameAgreement(weight, "the same given name, another surname")


def _why(hows: set[How], *, is_longer: bool, is_one: bool) -> str:
    said = {
        "spelling": "another spelling",
        "form": "a short or foreign form of a name",
        "sound": "a word that sounds alike",
        "slip": "a slip of the pen",
        "initial": "an initial",
        "doubtful": "a word that may be another name",
    }
    parts = [text for how, text in said.items() if how in hows]
    if is_longer:
        parts.append("the rest of a name that is one word elsewhere" if is_one else "a further name")
    return "the same name but for " + " and ".join(parts)
