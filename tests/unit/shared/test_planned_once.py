"""Statements whose plan PostgreSQL keeps: one row is written as one, and means the same."""

from shared.db.asyncpg_connection import planned_once

UPDATE = (
    "UPDATE t SET a = new.a FROM unnest($1::uuid[], $2::text[]) AS new (id, a) WHERE t.id = new.id AND t.id = ANY($1) AND b = $3"
)


def test_arrays_of_one_value_are_that_value_wherever_they_stand() -> None:
    query, values = planned_once(UPDATE, (["id"], [None], 5))

    assert query == (
        "UPDATE t SET a = new.a FROM unnest(ARRAY[$1::uuid], ARRAY[$2::text]) AS new (id, a)"
        " WHERE t.id = new.id AND t.id = ANY(ARRAY[$1::uuid]) AND b = $3"
    )
    assert values == ("id", None, 5)


def test_an_empty_array_stays_beside_arrays_of_one_value() -> None:
    query, values = planned_once("SELECT * FROM unnest($1::uuid[]), unnest($2::text[])", ([], ["a"]))

    assert query == "SELECT * FROM unnest($1::uuid[]), unnest(ARRAY[$2::text])"
    assert values == ([], "a")


def test_a_statement_for_several_rows_is_planned_for_as_many() -> None:
    values = (["one", "two"], ["a", "b"], 5)

    assert planned_once(UPDATE, values) == (UPDATE, values)


def test_of_what_only_inserts_the_number_of_rows_is_hidden() -> None:
    insert = "INSERT INTO t SELECT *, $2 FROM unnest($1::uuid[])"

    assert planned_once(insert, (["one", "two"], 5), only_inserts=True) == (
        "INSERT INTO t SELECT *, $2 FROM unnest((SELECT $1::uuid[]))",
        (["one", "two"], 5),
    )
    assert planned_once(insert, (["one"], 5), only_inserts=True) == (
        "INSERT INTO t SELECT *, $2 FROM unnest(ARRAY[$1::uuid])",
        ("one", 5),
    )
