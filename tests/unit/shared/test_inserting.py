"""Rows that are inserted together: what they have in common is sent once."""

from shared.db.asyncpg_connection import inserting

COLUMNS = (("id", "uuid"), ("kind", "text"), ("data", "jsonb"))


def test_what_all_rows_have_in_common_is_a_scalar() -> None:
    write = inserting("lines", COLUMNS, [("a", "claimed", "{}"), ("b", "claimed", "[]")])

    assert write.sql == (
        "INSERT INTO lines (id, kind, data) SELECT one.id AS id, $2::text AS kind, one.data::jsonb AS data "
        "FROM unnest($1::uuid[], $3::text[]) AS one (id, data)"
    )
    assert write.values == (["a", "b"], "claimed", ["{}", "[]"])


def test_nothing_and_something_are_not_alike() -> None:
    assert inserting("lines", COLUMNS, [("a", None, "{}"), ("b", "claimed", "{}")]).values == (
        ["a", "b"],
        [None, "claimed"],
        "{}",
    )


def test_rows_that_are_alike_in_everything_stay_several() -> None:
    write = inserting("lines", COLUMNS, [("a", None, "{}"), ("a", None, "{}")])

    assert write.values == (["a", "a"], None, "{}")


def test_a_single_row_has_no_arrays() -> None:
    write = inserting("lines", COLUMNS, [("a", None, "{}")])

    assert write.sql == "INSERT INTO lines (id, kind, data) SELECT $1::uuid AS id, $2::text AS kind, $3::text::jsonb AS data"
    assert write.values == ("a", None, "{}")
    assert (write.planned_once.sql, write.planned_once.values) == (write.sql, write.values)
