"""The names of an import's columns."""

import pytest

from services.candidates.domain.imports.rows import FileRefused, Limits, checked_columns


def test_a_name_of_a_megabyte_is_refused_by_its_length_before_an_address_is_looked_for_in_it() -> None:
    # To look for one in "a@a@a@..." takes time by the square of the length.
    with pytest.raises(FileRefused) as refused:
        checked_columns(["name", "ada@example.org" + "a" * 1_000_000], Limits(columns=10, rows=10))

    assert [error.rule for error in refused.value.errors] == ["names a column with more than 500 characters"]
