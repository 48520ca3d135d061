"""Rows that travel to PostgreSQL as one list a column."""

from collections.abc import Iterable, Sequence

TRANSACTION = "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
"""The transaction as a row's ``version``, by which copies in memory find what changed."""


def unnest(*types: str) -> str:
    """``unnest(...)`` over the parameters $1, $2 ... which hold a list for each column."""
    return "unnest(" + ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 1)) + ")"


def columns(rows: Sequence[Iterable[object]], count: int) -> tuple[list[object], ...]:
    """The lists that ``unnest`` reads: one for each of ``count`` columns."""
    return tuple(list(column) for column in zip(*rows, strict=True)) if rows else tuple([] for _ in range(count))
