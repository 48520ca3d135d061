"""Skills and phone numbers are stored in one spelling, requirements and needs as objects; people are compared by their contacts.

Records that change so get a new version, and so do the snapshots that say more than before: they are published. A national phone
number is read as of the country of its person's record. The list of skills is the one that is there when this runs.
"""

import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import phonenumbers
from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE candidates RENAME COLUMN emails TO contact_keys",
    "ALTER INDEX candidates_by_email RENAME TO candidates_by_contact",
)
CHUNK = 1000
NAMESPACE = UUID("6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55")
SKILLS = Path(__file__).parents[4] / "shared" / "skills.toml"
PART: dict[str, Any] = {"skills_any": [], "level_from": None, "years_from": None}

CANDIDATES = """
    SELECT candidates.id, candidates.heads::text, candidates.record::text, candidates.snapshot, person.record::text
    FROM candidates LEFT JOIN candidates AS person ON person.id = candidates.person_id
    WHERE candidates.id > :after AND candidates.erased_at IS NULL ORDER BY candidates.id LIMIT :limit
"""
POSITIONS = "SELECT id, heads::text, record::text, snapshot FROM positions WHERE id > :after ORDER BY id LIMIT :limit"
HISTORY = """
    SELECT id, field, value::text, source, observed_at FROM {thing}_history WHERE record_id = :record AND field = ANY(:fields)
"""
REWRITE = """
    UPDATE {thing}_history AS entry SET value = CAST(:value AS jsonb), digest = :digest
    WHERE record_id = :record AND id = :id AND NOT EXISTS (
        SELECT FROM {thing}_history AS other WHERE (other.record_id, other.field, other.source, other.observed_at, other.digest)
            = (entry.record_id, entry.field, entry.source, entry.observed_at, :digest))
"""
DROP = "DELETE FROM {thing}_history WHERE record_id = :record AND id = :id AND digest <> :digest"
SAVE_CANDIDATE = """
    UPDATE candidates SET heads = CAST(:heads AS jsonb), record = CAST(:record AS jsonb),
        record_version = record_version + CAST(:is_changed AS integer), skills = :skills, contact_keys = :contact_keys
    WHERE id = :id
"""
SAVE_POSITION = """
    UPDATE positions SET heads = CAST(:heads AS jsonb), record = CAST(:record AS jsonb), skills = :skills WHERE id = :id
"""
PUBLISH = """
    WITH changed AS (
        UPDATE {things} SET version = version + 1, snapshot = :snapshot, changed_at = clock_timestamp() WHERE id = :id
        RETURNING version, changed_at
    )
    INSERT INTO outbox (shard, topic, event_id, type, source, subject, sequence, time, value, counts)
    SELECT :shard, 'rekindle.{things}.v1', :event, 'rekindle.{thing}.changed', 'rekindle', :id, version, changed_at, :snapshot, 0
    FROM changed
"""


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    aliases = _aliases()

    def skills(value: list[str]) -> list[str]:
        return _once([aliases.get(_folded(skill), _folded(skill)) for skill in value])

    for stream, heads, record, snapshot, person in _rows(CANDIDATES):
        _candidate(stream, json.loads(heads), _json(record), _json(snapshot), _json(person) or {}, skills)
    for position, heads, record, snapshot in _rows(POSITIONS):
        _position(position, json.loads(heads), _json(record), _json(snapshot), skills)


def _candidate(id: UUID, heads: Any, record: Any, snapshot: Any, person: Any, skills: Callable[[list[str]], list[str]]) -> None:
    country = (person.get("location") or {}).get("country")

    def phones(value: list[str]) -> list[str]:
        return _once([_phone(phone, country) for phone in value])

    rules = {"skills": skills, "phones": phones}
    is_known = record is not None and "emails" in record
    if _follow(id, "candidate", heads, rules) or is_known:
        before = record
        record = record and {**record, **{name: rule(record[name]) for name, rule in rules.items() if name in record}}
        known = record if is_known else {}
        _run(
            SAVE_CANDIDATE,
            id=id,
            heads=json.dumps(heads),
            record=None if record is None else json.dumps(record),
            is_changed=int(record != before),
            skills=sorted(known.get("skills", [])),
            contact_keys=_contact_keys(known.get("emails", []), known.get("phones", [])),
        )
    if snapshot and "candidate_id" in snapshot:
        newer = {**snapshot, "skills": sorted(skills(snapshot.get("skills", []))), "channels": _channels(person)}
        if newer != snapshot:
            _publish("candidate", id, newer)


def _position(id: UUID, heads: Any, record: Any, snapshot: Any, skills: Callable[[list[str]], list[str]]) -> None:
    rules = {"skills": skills, "requirements": _parts, "needs": _parts}
    is_changed = _follow(id, "position", heads, rules)
    if record is None or "needs" not in record:
        return
    record = {**record, **{name: rule(record[name]) for name, rule in rules.items()}}
    record |= dict.fromkeys(("employment", "starts_on", "ends_on"))
    _run(SAVE_POSITION, id=id, heads=json.dumps(heads), record=json.dumps(record), skills=sorted(record["skills"]))
    if snapshot and is_changed:
        parts: dict[str, Any] = {name: [{"skills_any": []} for _ in record[name]] for name in ("requirements", "needs")}
        _publish("position", id, {**snapshot, "skills": sorted(record["skills"]), **parts})


def _follow(id: UUID, thing: str, heads: Any, rules: dict[str, Callable[[Any], Any]]) -> bool:
    """Apply rules to the values of heads, in place, and of the history; returns whether a head has changed."""
    entries = op.get_bind().execute(text(HISTORY.format(thing=thing)), {"record": id, "fields": list(rules)}).all()
    for entry, field, value, _, _ in entries:
        before = json.loads(value)
        after = None if before is None else rules[field](before)
        if after != before:
            digest = sha256(_canonical(after)).digest()[:16]
            _run(REWRITE.format(thing=thing), record=id, id=entry, value=json.dumps(after), digest=digest)
            _run(DROP.format(thing=thing), record=id, id=entry, digest=digest)
    is_changed = False
    for field, rule in rules.items():
        head = heads.get(field)
        if isinstance(head, dict) and head.get("value") is not None:
            after = rule(head["value"])
            is_changed |= after != head["value"]
            head["value"] = after
    return is_changed


def _rows(query: str) -> Iterator[Any]:
    after = UUID(int=0)
    while rows := op.get_bind().execute(text(query), {"after": after, "limit": CHUNK}).all():
        yield from rows
        after = rows[-1][0]


def _run(statement: str, **values: Any) -> None:
    op.get_bind().execute(text(statement), values)


def _publish(thing: str, id: UUID, snapshot: dict[str, Any]) -> None:
    version = op.get_bind().execute(text(f"SELECT version FROM {thing}s WHERE id = :id"), {"id": id}).scalar_one()  # noqa: S608
    shards = int(os.environ.get("REKINDLE_PARTITIONS", "12"))
    _run(
        PUBLISH.format(thing=thing, things=f"{thing}s"),
        id=id,
        snapshot=json.dumps(snapshot, ensure_ascii=False, separators=(",", ":")).encode(),
        shard=int.from_bytes(id.bytes[-6:]) % shards,
        event=uuid5(NAMESPACE, f"snapshot:{id}:{version + 1}"),
    )


def _json(stored: str | bytes | None) -> Any:
    return None if stored is None else json.loads(stored)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _aliases() -> dict[str, str]:
    names = tomllib.loads(SKILLS.read_text(encoding="utf-8"))
    return {_folded(alias): name for name, others in names.items() for alias in others}


def _folded(skill: str) -> str:
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", skill).casefold().split()))[:100].rstrip()


def _parts(value: list[Any]) -> list[Any]:
    return [{"text": one, **PART} if isinstance(one, str) else one for one in value]


def _phone(phone: str, country: str | None) -> str:
    given = re.sub(r"\([^()\d]*\)", "", phone).strip()
    if not given or phonenumbers.is_alpha_number(given):
        return phone
    for spelling in (given, "+" + given[2:] if given.startswith("00") else given):
        try:
            number = phonenumbers.parse(spelling, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            extension = f";ext={number.extension}" if number.extension else ""
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension
    return phone


def _contact_keys(emails: list[str], phones: list[str]) -> list[str]:
    keys = {phone.partition(";")[0] for phone in phones if phone.startswith("+")}
    for email in emails:
        key = unicodedata.normalize("NFC", email.casefold())
        name, _, domain = key.rpartition("@")
        keys.add(key)
        if domain in {"gmail.com", "googlemail.com"}:
            keys.add(f"mailbox:{name.partition('+')[0].replace('.', '')}@gmail.com")
    return sorted(keys)


def _channels(record: dict[str, Any]) -> list[str]:
    found = ["email"] if record.get("emails") else []
    hosts = [urlsplit(link).hostname or "" for link in record.get("links", [])]
    if any(host == "linkedin.com" or host.endswith(".linkedin.com") for host in hosts):
        found.append("linkedin")
    return sorted([*found, *(("phone", "sms", "whatsapp") if record.get("phones") else ())])
