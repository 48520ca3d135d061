"""How well duplicates are found among made-up people, by the rules alone: precision, and recall by kind."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from benchmarks.duplicate_people import Truth
from services.candidates.domain.duplicates.pairs import suggested, to_compare
from services.candidates.domain.duplicates.profile import Profile


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a set: of likely pairs, the share that is right; of true ones, the share that is likely, by kind too."""

    precision: float
    recall: float
    by_kind: Mapping[str, float]
    missed: list[tuple[int, int]]
    wrong: list[tuple[int, int]]


def judge(truth: Truth) -> Found:
    """Compare everybody as the worker does."""
    profiles = {UUID(int=place): Profile.of(record) for place, record in enumerate(truth.records)}
    blocks: dict[int, list[UUID]] = defaultdict(list)
    for person, profile in profiles.items():
        for key in profile.keys():  # noqa: SIM118 - no mapping
            blocks[key].append(person)
    pairs = to_compare(profiles.keys(), blocks.items())
    likely = {(pair.one.int, pair.other.int) for pair in suggested(pairs, profiles, ()) if pair.score.is_likely}
    right = likely & truth.duplicates.keys()
    there = Counter(truth.duplicates.values())
    found = Counter(truth.duplicates[pair] for pair in right)
    return Found(
        len(right) / max(1, len(likely)),
        len(right) / max(1, len(truth.duplicates)),
        {kind: found[kind] / count for kind, count in there.items()},
        sorted(truth.duplicates.keys() - likely),
        sorted(likely - truth.duplicates.keys()),
    )
