"""Duplicates among made-up people are found, each kind of them, and hardly anybody else."""

import pytest

from benchmarks.duplicate_people import KINDS, make
from benchmarks.duplicate_truth import judge


@pytest.mark.parametrize("seed", [1, 2])
def test_duplicates_of_every_kind_are_found_and_hardly_anybody_else(seed: int) -> None:
    truth = make(4_000, seed=seed)

    found = judge(truth)

    assert len(truth.records) == 4_000
    assert len(truth.duplicates) == 400
    assert found.precision >= 0.99, found.wrong
    assert found.recall >= 0.95, found.missed
    assert found.by_kind.keys() == set(KINDS)
    assert min(found.by_kind.values()) >= 0.85


def test_the_same_seed_makes_the_same_people() -> None:
    assert make(500, seed=3) == make(500, seed=3)
    assert make(500, seed=3) != make(500, seed=4)
