"""Whatever is sent as data is accepted or refused by field; nothing else ever comes of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.events import BY_TYPE, EVENTS, FACTS, Event, UndecodableRecordError, decode
from shared.events.base import EventData
from shared.events.validation import accept
from tests.unit.shared.instances import arguments

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["email", "salary", "career_change", "EUR", "ats:1", "rekindle.pursuit.hired", "2026-03-02", "9999-12-31"])
    | st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-03-02T09:15:00+23:59", "\ud800", "\0", "é" * 300])
)
NAMES = sorted({name for kind in EVENTS for name in kind.model_fields} | {"type", "missing", "level", "role", "start_date"})
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4), max_leaves=6
)


@st.composite
def almost_right(draw: st.DrawFn, kinds: list[type[EventData]]) -> tuple[str, dict[str, Any]]:
    """A type and its data with some fields replaced by anything, some taken away, some added."""
    kind = draw(st.sampled_from(kinds))
    right = arguments(kind)
    changed = draw(st.dictionaries(st.sampled_from(sorted(right)), ANYTHING, max_size=3))
    added = draw(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=2))
    gone = draw(st.sets(st.sampled_from(sorted(right)), max_size=2))
    return kind.type, {name: value for name, value in {**right, **changed, **added}.items() if name not in gone}


@settings(max_examples=600)
@given(almost_right(list(FACTS.values())))
def test_data_is_accepted_or_refused_by_field(sent: tuple[str, dict[str, Any]]) -> None:
    name, data = sent
    try:
        fact = accept(FACTS, name, data)
    except ValidationError as error:
        assert all(one["msg"] for one in error.errors(include_input=False, include_url=False))  # noqa: PT017 - either is right
        return

    public = orjson.loads(fact.public_json())
    assert BY_TYPE[name].model_validate(public).public() == public


@settings(max_examples=300)
@given(almost_right(EVENTS))
def test_a_record_is_read_or_cannot_be(sent: tuple[str, dict[str, Any]]) -> None:
    name, data = sent
    right = BY_TYPE[name].model_validate(arguments(BY_TYPE[name]))
    good = Event.of(right, id=UUID(int=1), source="ats", subject=UUID(int=2), sequence=1, time=datetime(2026, 1, 1, tzinfo=UTC))
    try:
        value = orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):
        return  # what is no JSON cannot be written either

    try:
        assert decode(good.headers(), value).data.type == name
    except UndecodableRecordError as error:
        assert name in str(error) or "JSON" in str(error)  # noqa: PT017 - either is right
