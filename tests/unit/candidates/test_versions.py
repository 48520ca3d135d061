"""Entity tags and the conditions put on them."""

from uuid import UUID

import pytest

from services.candidates.domain.versions import Condition, after, entity_tag

RECORD = UUID(int=1)
TAG = entity_tag(RECORD, 3)


def test_a_tag_names_record_and_version() -> None:
    assert f'"{RECORD}:3"' == TAG
    assert after("candidate", RECORD, 3) == f"candidate:{RECORD}:3"


@pytest.mark.parametrize(
    ("condition", "tag", "allowed"),
    [
        (Condition(), None, True),
        (Condition(), TAG, True),
        (Condition(if_match=TAG), TAG, True),
        (Condition(if_match=f'"other", {TAG}'), TAG, True),
        (Condition(if_match=f"W/{TAG}"), TAG, False),
        (Condition(if_match='"other"'), TAG, False),
        (Condition(if_match="nonsense"), TAG, False),
        (Condition(if_match="*"), TAG, True),
        (Condition(if_match="*"), None, False),
        (Condition(if_none_match="*"), None, True),
        (Condition(if_none_match="*"), TAG, False),
        (Condition(if_none_match=TAG), TAG, False),
    ],
)
def test_whether_a_change_is_allowed(condition: Condition, tag: str | None, allowed: bool) -> None:
    assert condition.allows_change(tag) is allowed


def test_a_version_is_known_strongly_or_weakly() -> None:
    assert Condition(if_none_match=f"W/{TAG}").is_known(TAG)
    assert not Condition(if_none_match='"other"').is_known(TAG)
    assert not Condition().is_known(TAG)
