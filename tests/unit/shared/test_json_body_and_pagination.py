"""Bodies that cannot be read are refused with the rule; cursors that were tampered with are told from real ones."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer
from pydantic import SecretStr

from shared.errors import Invalid
from shared.settings import SharedSettings
from shared.web.json_body import DEEPEST, MalformedBody, read_json
from shared.web.pagination import InvalidCursor, decode_cursor, encode_cursor, use_cursor_key

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_what_is_json_is_read(value: Any) -> None:
    assert read_json(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a": 1', "not valid JSON"),
        (b'{"a": 1} x', "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": Infinity}', "not valid JSON"),
        (b'{"a": -Infinity}', "not valid JSON"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (rb'{"a": "\ud800"}', "not valid JSON"),
        (b'\xef\xbb\xbf{"a": 1}', "not valid JSON"),
        (b'{"a": "\xff"}', "not UTF-8: byte 7"),
        ('{"a": "é"}'.encode("latin-1"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "deeper than 64 levels"),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), "deeper than 64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "JSON"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_rule(raw: bytes, rule: str) -> None:
    with pytest.raises(MalformedBody, match=rule):
        read_json(raw)


def test_numbers_beyond_what_a_double_holds_are_refused_or_finite() -> None:
    with pytest.raises(MalformedBody):
        read_json(b'{"a": 1e999}')
    assert read_json(b'{"a": 123456789012345678901234567890}') == {"a": 123456789012345678901234567890.0}


@pytest.mark.parametrize("levels", [1, DEEPEST])
def test_nesting_up_to_the_limit_is_read(levels: int) -> None:
    assert read_json(b"[" * levels + b"]" * levels) is not None


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (rb'{"a": {"b": ["x", "y\u0000"]}}', "a.b[1]"),
        (rb'{"a": "\u0000"}', "a"),
        (rb'{"a": {"b\u0000": 1}}', "a"),
        (rb'{"\u0000": 1}', "body"),
        (rb'[{"a": 1}, {"a": "\u0000"}]', "[1].a"),
    ],
)
def test_a_nul_character_is_refused_where_it_stands(raw: bytes, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_json(raw)

    assert [(one.field, one.rule) for one in refused.value.errors] == [(field, "must not hold a NUL character")]


def test_what_only_looks_like_a_nul_is_read() -> None:
    assert read_json(rb'{"a": "\\u0000"}') == {"a": r"\u0000"}


# Cursors


def as_it_is(*values: Any) -> list[Any]:
    return list(values)


@given(st.text(), st.lists(JSON, max_size=4))
def test_a_cursor_gives_back_what_it_was_made_of(purpose: str, values: list[Any]) -> None:
    assert decode_cursor(purpose, encode_cursor(purpose, values), as_it_is) == values


@given(st.data())
def test_a_cursor_that_was_changed_anywhere_is_refused(data: st.DataObject) -> None:
    cursor = encode_cursor("queue", ["2026-03-02", 7])
    place = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda one: one != cursor[place]))

    with pytest.raises(InvalidCursor):
        decode_cursor("queue", cursor[:place] + other + cursor[place + 1 :], as_it_is)


@given(st.text())
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor("queue", text, as_it_is)


def test_a_cursor_belongs_to_its_list_and_filters() -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor("candidates", encode_cursor("queue", [1]), as_it_is)


def test_a_cursor_belongs_to_the_key_of_its_deployment() -> None:
    use_cursor_key(SharedSettings(cursor_key=SecretStr("one")))
    cursor = encode_cursor("queue", [1])
    use_cursor_key(SharedSettings(cursor_key=SecretStr("another")))

    with pytest.raises(InvalidCursor):
        decode_cursor("queue", cursor, as_it_is)


def test_what_everybody_may_know_signs_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_DEPLOYMENT", "rekindle")
    for key in ("rekindle", ""):
        forged = URLSafeSerializer(key, salt="queue").dumps([1])
        with pytest.raises(InvalidCursor):
            decode_cursor("queue", str(forged), as_it_is)


@pytest.mark.parametrize("values", [[], ["no id"], [None], [1], [[]], ["a", "b"]])
def test_a_cursor_of_values_that_cannot_be_read_is_refused(values: list[Any]) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor("queue", encode_cursor("queue", values), UUID)
