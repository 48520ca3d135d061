"""Records nested as clients see them, flat as they are remembered; merge patches as RFC 7396 has them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.content import CANDIDATE, POSITION

leaves = st.one_of(st.none(), st.text(max_size=3), st.integers(0, 3))
places = st.one_of(st.none(), st.dictionaries(st.sampled_from(["country", "city"]), leaves))
patches = st.fixed_dictionaries({}, optional={"name": leaves, "title": leaves, "location": places})


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def without_nothing(record: Any) -> Any:
    """Without what is null or empty, which for a record is the same as absent."""
    if not isinstance(record, dict):
        return record
    kept = {name: without_nothing(value) for name, value in record.items()}
    return {name: value for name, value in kept.items() if value not in (None, {}, [])}


@given(st.lists(patches, max_size=4))
def test_leaves_merge_as_rfc_7396_says(sent: list[dict[str, Any]]) -> None:
    values: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for patch in sent:
        values |= CANDIDATE.flatten(patch)
        expected = merge_patch(expected, patch)
    present = {name: value for name, value in values.items() if value is not None}
    assert without_nothing(CANDIDATE.nest(present)) == without_nothing(expected)


def test_a_record_shows_all_fields() -> None:
    record = CANDIDATE.nest({"salary.amount": 1.0})
    assert record["salary"] == {"amount": 1.0, "currency": None}
    assert (record["location"], record["skills"], record["name"]) == (None, [], None)
    assert POSITION.nest({})["locations"] == []


def test_an_empty_list_is_a_cleared_field() -> None:
    assert CANDIDATE.flatten({"skills": []}) == {"skills": None}
