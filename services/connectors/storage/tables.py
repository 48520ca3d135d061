"""The tables of the connectors' database. Ids are the vendor's, as text; times are UTC."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

deliveries = Table(
    "greenhouse_deliveries",
    metadata,
    Column("body_hash", Text, primary_key=True, comment="SHA-256 of the raw body, hexadecimal"),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("delivery_id", Text, comment="Greenhouse-Event-ID of the first receipt"),
    Column("action", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, comment="the first receipt"),
    Column("receipts", Integer, nullable=False, server_default="1"),
    Column("last_received_at", DateTime(timezone=True), nullable=False),
    Column("raw", LargeBinary, comment="kept as long as it may have to be read again; gone with the person"),
    Column("application", Text),
    Column("candidate", Text),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", DateTime(timezone=True), comment="when what is queued is posted again"),
)
Index("greenhouse_deliveries_by_status", deliveries.c.status, deliveries.c.number)
Index("greenhouse_deliveries_by_application", deliveries.c.application)
Index("greenhouse_deliveries_by_candidate", deliveries.c.candidate)
Index(
    "greenhouse_deliveries_due",
    deliveries.c.next_attempt_at,
    postgresql_where=text("next_attempt_at IS NOT NULL"),
)

postings = Table(
    "greenhouse_postings",
    metadata,
    Column("body_hash", Text, ForeignKey("greenhouse_deliveries.body_hash", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False, comment="what it is within its body: fact:2000, candidate:greenhouse:1"),
    Column("place", BigInteger, Identity(always=True), nullable=False),
    Column("kind", Text, nullable=False, comment="fact, candidate, position or erasure"),
    Column("target", Text, nullable=False, comment="the reference it is about"),
    Column("content", JSONB, comment="what is posted; gone once it is, where it is about a person"),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("answer", Text, comment="why it was refused, or what was left out"),
    Column("after", Text, comment="the event's place in its stream, as the API answered"),
    PrimaryKeyConstraint("body_hash", "name"),
)
Index("greenhouse_postings_queued", postings.c.body_hash, postgresql_where=postings.c.status == "queued")

applications = Table(
    "greenhouse_applications",
    metadata,
    Column("application", Text, primary_key=True),
    Column("candidate", Text, nullable=False),
    Column("jobs", ARRAY(Text), nullable=False),
    Column("prospect", Boolean, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("jobs_since", DateTime(timezone=True), nullable=False),
    Column("recruiter", Text),
    Column("deleted", Boolean, nullable=False, server_default="false"),
    Column("rejection_undone_at", DateTime(timezone=True)),
)
Index("greenhouse_applications_by_candidate", applications.c.candidate)

facts = Table(
    "greenhouse_facts",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("application", Text, nullable=False),
    Column("candidate", Text, nullable=False, comment="a reference"),
    Column("type", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("reason", Text),
    Column("via", Text),
    Column("at_receipt", Boolean, nullable=False),
    Column("transfer", Boolean, nullable=False),
    Column("retracted", Boolean, nullable=False, server_default="false"),
)
"""Beginnings, closes, hires and offers that later bodies may take back."""
Index("greenhouse_facts_by_application", facts.c.application)

people = Table(
    "greenhouse_people",
    metadata,
    Column("candidate", Text, primary_key=True),
    Column("emails_refused", Boolean, nullable=False, server_default="false"),
    Column("emails_seen_at", DateTime(timezone=True)),
    Column("merged_into", Text),
    Column("erased_at", DateTime(timezone=True)),
)
Index("greenhouse_people_by_merge", people.c.merged_into)

candidates = Table(
    "greenhouse_candidates",
    metadata,
    Column("id", Uuid, primary_key=True, comment="Rekindle's id of the candidate"),
    Column("candidate", Text, comment="the vendor's id; none of whom no body spoke"),
    Column("erased_at", DateTime(timezone=True)),
)

unmapped = Table(
    "greenhouse_unmapped",
    metadata,
    Column("body_hash", Text, ForeignKey("greenhouse_deliveries.body_hash", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("external_id", Text, nullable=False, server_default=""),
    Column("position", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("body_hash", "kind", "name", "external_id", "position"),
)
"""Names without a mapping, a row for each body that holds one, so that a repeat counts once."""
