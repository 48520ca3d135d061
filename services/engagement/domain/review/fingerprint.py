"""Fingerprints by which a near copy of a message is found, and from which no text can be had back.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over runs of three words: two fingerprints agree in as
many places as the texts share of their runs. Banding (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4) finds the
candidates by an index: where two texts share 60 % of their runs, a band is equal with a probability of 0.99.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

from rensa import RMinHash

VERSION = RMinHash.ALGORITHM_VERSION
"""Fingerprints of another version are not comparable."""
PLACES = 128
ROWS = 4
NEAR = 0.6
"""From this share of equal places on, one text is a near copy of the other."""
FEWEST_RUNS = 8
"""Shorter texts resemble each other by chance."""

_WORD = re.compile(r"[^\W_]+")


def fingerprint(text: str) -> tuple[int, ...] | None:
    """The places of a text's fingerprint; None for one that is too short to be distinguished from others."""
    words = [word.lower() for word in _WORD.findall(text)]
    runs = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    if len(runs) < FEWEST_RUNS:
        return None
    hashed = RMinHash(num_perm=PLACES, seed=1)
    hashed.update(sorted(runs))
    return tuple(hashed.digest())


def bands(places: Sequence[int]) -> list[int]:
    """Signed 64-bit keys: two fingerprints with an equal key are candidates for being near."""
    return [_key(at, places[at : at + ROWS]) for at in range(0, len(places), ROWS)]


def resemblance(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of runs of words that two texts have in common, estimated: 0 to 1."""
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)


def _key(at: int, band: Sequence[int]) -> int:
    digest = blake2b(repr((at, band)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
