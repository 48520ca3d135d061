"""The queue's tables: what recruiters did, and the items that follow from that and from the facts."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.engagement.storage.tables import Time, metadata

queue_log = Table(
    "queue_log",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("candidate_id", Uuid, nullable=False, comment="the stream that stood for the person then"),
    Column("sequence", BigInteger, nullable=False, comment="of the stream on rekindle.reengagement.v1"),
    Column("type", Text, nullable=False),
    Column("data", JSONB, nullable=False, comment="as it is on the bus"),
    Column("action", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("recruiter", Text),
    Column("lease", Uuid),
    Column("lease_expires_at", Time),
    Column("newest_close", Time, comment="of the closes that the item was about when it was claimed"),
    Column("outcome", Text),
    Column("until", Time),
    Column("due_at", Time),
    Column("note", Text, comment="why it was dismissed, in the recruiter's words; null once the candidate is erased"),
    UniqueConstraint("candidate_id", "sequence"),
)
"""What was done with items, for ever. Rows are only added; with the facts they say all that items are."""

queue_items = Table(
    "queue_items",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("presence", Text, nullable=False, comment="live, held or gone"),
    Column("due_at", Time),
    Column("priority", Integer, nullable=False),
    Column("reasons", JSONB, nullable=False, comment="strongest first"),
    Column("newest_close", Time),
    Column("snoozed_until", Time),
    Column("lease", Uuid),
    Column("recruiter", Text, comment="who holds or held the lease"),
    Column("lease_expires_at", Time),
    Column("lease_newest_close", Time),
    Column("announced", Time, comment="the due time that subscribers were told last"),
    Index("queue_items_by_priority", text("priority DESC"), "due_at", "id", postgresql_where=text("presence = 'live'")),
    Index(
        "queue_items_to_announce",
        "due_at",
        postgresql_where=text("presence = 'live' AND announced IS DISTINCT FROM due_at"),
    ),
    Index(
        "queue_items_by_reason",
        "reasons",
        postgresql_using="gin",
        postgresql_ops={"reasons": "jsonb_path_ops"},
        postgresql_where=text("presence = 'live'"),
    ),
    postgresql_with={"fillfactor": 80},
)
"""One row a person who has a plan or was ever dealt with. Derived: it can be made anew from the logs at any time."""

__all__ = ["queue_items", "queue_log"]
