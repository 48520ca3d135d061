"""The shared tables as Alembic operations, for the services' first migrations. A change of them is a new function."""

from alembic import op
from sqlalchemy import MetaData

from shared import inbox
from shared.idempotency import metadata as idempotency
from shared.outbox.tables import metadata as outbox


def _create(metadata: MetaData) -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)


def create_outbox_v1() -> None:
    """outbox and outbox_totals."""
    _create(outbox)


def create_inbox_v1() -> None:
    """inbox_offsets, inbox_heads, inbox_parked and dead_letters."""
    _create(inbox.metadata)


def create_idempotency_v1() -> None:
    """idempotency_keys."""
    _create(idempotency)
