"""Who is in a pool: by its rule, by hand, or both; a hand counts more."""

import pytest

from services.candidates.domain.pools import Membership, Said, membership

IN, OUT = Said(is_in=True, by="maria"), Said(is_in=False, by="maria")


@pytest.mark.parametrize(
    ("meets_rule", "said", "expected"),
    [
        (True, None, Membership(by_rule=True, by_hand=False)),
        (False, None, None),
        (True, IN, Membership(by_rule=True, by_hand=True)),
        (False, IN, Membership(by_rule=False, by_hand=True)),
        (True, OUT, None),
        (False, OUT, None),
    ],
)
def test_a_hand_counts_more_than_the_rule(meets_rule: bool, said: Said | None, expected: Membership | None) -> None:
    assert membership(meets_rule=meets_rule, said=said) == expected
    assert membership(meets_rule=meets_rule, said=said, may_be_in=False) is None
