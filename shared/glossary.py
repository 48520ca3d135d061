"""What each field means, once for all documents: the API's, the events' and the topics'.

A field that says nothing of itself (``Field(description=..., examples=[...])``) is described by its name here, or by
``Model.name`` where one name means several things.
"""

import re
from typing import Any

Schema = dict[str, Any]

WORDS: dict[str, tuple[str, Any]] = {
    # who and what
    "id": ("The id.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    "candidate": ("The person: an id or <source>:<external_id>.", "demo:ada"),
    "candidate_id": ("The person.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    "candidate_ids": ("All records that were the person's.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    "person_id": ("The person, whose records are linked.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    "position": ("The position.", "demo:staff-engineer"),
    "position_id": ("The position.", "2f0f5e2c-52a1-5f0f-8a3e-6a9f0a1c2b3d"),
    "position_reference": ("What a sender calls the position.", "demo:staff-engineer"),
    "positions": ("The positions.", "2f0f5e2c-52a1-5f0f-8a3e-6a9f0a1c2b3d"),
    "position_references": ("What senders call the position.", "demo:staff-engineer"),
    "position_title": ("The position's title.", "Staff engineer, payments"),
    "pursuit_id": ("The pursuit: the person for the position.", "5d1c4b7a-0f2e-5c3d-9b8a-1e2f3a4b5c6d"),
    "item_id": ("The queue item.", "9b8a7c6d-5e4f-5a3b-8c2d-1e0f9a8b7c6d"),
    "breach_id": ("The breach.", "0c3a5a4e-5f0d-5a5e-9d64-5b8a4f6f9f11"),
    "PolicyBreachFound.code": ("The rule, as contact checks name it.", "team_cap"),
    "PolicyBreachWithdrawn.code": ("The rule, as contact checks name it.", "team_cap"),
    "PolicyBreachFound.made_by": ("The contact: the event's id on the bus.", "c5c6d4d2-eeb6-5c02-a058-a7a891b7caaf"),
    "PolicyBreachWithdrawn.made_by": ("The contact: the event's id on the bus.", "c5c6d4d2-eeb6-5c02-a058-a7a891b7caaf"),
    "obligation_id": ("The obligation.", "18e40f54-e483-5779-9fe2-48b7b037077f"),
    "made_by": ("The fact that made us owe it: the event's id on the bus.", "c5c6d4d2-eeb6-5c02-a058-a7a891b7caaf"),
    "made_at": ("When that was, in UTC.", "2026-03-02T09:15:00Z"),
    "met_at": ("When we did what we owed, in UTC; late where it is after due_at.", "2026-03-04T10:00:00Z"),
    "waiver": ("Who decided that nothing is owed any more, and why; null where nobody did.", None),
    "waived_at": ("When a recruiter decided so, in UTC.", "2026-03-04T10:00:00Z"),
    "waived_by": ("The recruiter who decided so, as a code.", "maria"),
    "reference": ("What a sender calls it: <source>:<external_id>.", "demo:ada"),
    "references": ("What senders call it, each <source>:<external_id>.", "demo:ada"),
    "source": ("The system that said so.", "greenhouse"),
    "subject": ("Whom it is about: an id or <source>:<external_id>.", "demo:ada"),
    "recruiter": ("The sender's code for the recruiter; never a name or an address.", "maria"),
    "sponsor": ("The client or hiring manager who owns the position, as a code.", "acme"),
    "by": ("Whose decision it was.", "team"),
    "PursuitEvaluated.by": ("The evaluator, as a code.", "tom"),
    "ref": ("The person: an id or <source>:<external_id>, percent-encoded.", "demo:ada"),
    "erasure_id": ("The erasure.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    "removed": ("How many things were removed, by kind.", {"events": 12}),
    "erasure": ("The erasure's id.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    "import_id": ("The import.", "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"),
    # paging, batches, reading your own writes
    "items": ("What was found or done, in order.", None),
    "cursor": ("The next_cursor of the page before.", None),
    "next_cursor": ("Gives the next page as cursor; null on the last one.", "WyIyMDI2LTAzLTAyIl0.k3Jm"),
    "after": (
        "Its place in its stream: given as after to a call that reads, that call answers once this has its effects.",
        "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001:14",
    ),
    "after_each": (
        "Everything to wait for, so that all streams have followed.",
        "candidate:7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001:3",
    ),
    "index": ("The item's place in the batch, from 0.", 0),
    "created": ("How many records were created.", 1),
    "updated": ("How many records were there already.", 0),
    "stored": ("How many events are new.", 1),
    "duplicates": ("How many were stored before.", 0),
    "invalid": ("How many were not accepted.", 0),
    "problem": ("Why the item was not accepted; null otherwise.", None),
    "sequence": ("The event's number in the person's stream, from 1.", 14),
    "ignored": ("Fields whose value is another than was sent: what counts is newer. The history has both.", "company"),
    "refused": ("What was left out, and the rule that it breaks.", None),
    "field": ("The field's name.", "emails[0]"),
    "rule": ("The rule that it breaks.", "must be an e-mail address"),
    "value": ("The value.", "python"),
    # problems
    "Problem.type": ("A stable URN of the problem.", "urn:rekindle:problem:not_found"),
    "Problem.title": ("The problem in a few words.", "There is nothing at this address"),
    "Problem.status": ("The HTTP status.", 404),
    "code": ("A stable code.", "not_found"),
    "detail": ("What is wrong this time, in a sentence.", "There is no pursuit with this id."),
    "errors": ("Every field that breaks a rule.", None),
    "request_id": ("The request's id, also in the log and in X-Request-Id.", "0f8c2d9a40a0017d6d5f3e9a55"),
    "BatchedEvent.status": ("201 stored, 200 stored before, or the status of the problem.", 201),
    "CandidateBatchItemResult.status": ("201 created, 200 changed, or the status of the problem.", 201),
    # times
    "time": ("When it happened, in UTC.", "2026-03-02T09:15:00Z"),
    "at": ("When it is to happen; a date alone is midnight in the organisation's zone.", "2026-03-09T14:00:00Z"),
    "received_at": ("When it was received, in UTC.", "2026-03-02T09:15:02Z"),
    "last_received_at": ("The last receipt, in UTC.", "2026-03-02T09:15:02Z"),
    "observed_at": ("When this was so; default and latest: now.", "2026-03-02T09:15:00Z"),
    "confirmed_at": ("Until when the same was stated, in UTC.", "2026-03-02T09:15:00Z"),
    "opened_at": ("When it opened, in UTC.", "2026-02-01T08:00:00Z"),
    "closed_at": ("When it closed, in UTC; nothing while it is open.", "2026-05-01T08:00:00Z"),
    "erased_at": ("When the person was erased, in UTC.", "2026-03-02T09:15:00Z"),
    "due_at": ("When it is due, in UTC.", "2026-09-05T08:00:00Z"),
    "until": ("Until when it is put off.", "2026-12-01T08:00:00Z"),
    "lease_expires_at": ("When the lease ends, in UTC.", "2026-03-02T09:30:00Z"),
    "as_of": ("Only what had happened by then is counted, in UTC.", "2026-03-02T09:15:00Z"),
    "began_at": ("When the attempt began, in UTC.", "2026-03-02T09:15:00Z"),
    "cohort_at": ("The time that puts the attempt into a cohort: its first touch, else its first fact.", "2026-03-02T09:15:00Z"),
    "first_response_at": ("The first response, in UTC.", "2026-03-04T10:00:00Z"),
    "hired_at": ("When the person was hired, in UTC.", "2026-04-01T08:00:00Z"),
    "started_at": ("When the person began to work, in UTC.", "2026-06-01T08:00:00Z"),
    "left_at": ("When the person left, in UTC.", "2027-06-01T08:00:00Z"),
    "reached_at": ("When it was reached, in UTC.", "2026-03-02T09:15:00Z"),
    "recorded_at": ("The first fact of this very stage, in UTC; null where later stages imply it.", "2026-03-02T09:15:00Z"),
    "market_status_at": ("Since when market_status is known, in UTC.", "2026-03-02T09:15:00Z"),
    "last_contact_at": ("When we last contacted the person, in UTC.", "2026-03-02T09:15:00Z"),
    "last_response_at": ("When the person last answered, in UTC.", "2026-03-04T10:00:00Z"),
    "oldest_at": ("Since when the oldest waits, in UTC.", "2026-03-02T09:15:00Z"),
    "start_on": ("The first day of work.", "2026-06-01"),
    "revisit_on": ("The day from which to ask again.", "2026-10-01"),
    "available_from": ("The day from which the person is free.", "2026-10-01"),
    "expires_on": ("The day on which the basis ends.", "2027-03-02"),
    "every_days": ("At most one contact in so many days.", 90),
    # people and positions
    "name": ("The name.", "Ada Byron"),
    "emails": ("E-mail addresses.", "ada@example.com"),
    "phones": ("Telephone numbers.", "+49 30 901820"),
    "phones_e164": ("The telephone numbers in E.164, in the same order; null where one cannot be read so.", "+4930901820"),
    "links": ("Addresses of the person's pages.", "https://example.com/ada"),
    "contact_details_hidden": ("Whether e-mail addresses, telephone numbers and links are left out for this token.", False),
    "time_zone": ("The time zone, of the IANA database.", "Europe/Berlin"),
    "location": ("Where the person is.", None),
    "locations": ("Where the work is; of a close, where the person would work.", None),
    "countries": ("Where the work is: ISO 3166-1 alpha-2.", "DE"),
    "country": ("The country: ISO 3166-1 alpha-2.", "DE"),
    "city": ("The city.", "Berlin"),
    "company": ("Where the person works.", "Acme"),
    "title": ("The title of the job.", "Staff engineer"),
    "level": ("The seniority.", "staff"),
    "years_experience": ("Experience, in years.", 8),
    "skill": ("A skill, in any spelling that the list of skills knows.", "python"),
    "skills": ("Skills.", "python"),
    "market_status": ("How much the person looks for a position.", "passive"),
    "salary": ("The salary in a year.", None),
    "salary_amount": ("The salary in a year, in units of the currency.", 95000),
    "salary_min": ("The least salary in a year, in units of the currency.", 80000),
    "salary_max": ("The highest salary in a year, in units of the currency.", 95000),
    "min": ("The least in a year, in units of the currency.", 80000),
    "max": ("The most in a year, in units of the currency.", 95000),
    "amount": ("In a year, in units of the currency.", 95000),
    "currency": ("The currency: ISO 4217.", "EUR"),
    "tier": ("How close we stay to the person.", "warm"),
    "learned": ("What events taught of the person.", None),
    "requirements": ("What the person must bring.", "Python in production"),
    "needs": ("What the position is to solve.", "Settlements take two days and must take minutes"),
    "downsides": ("What speaks against the position.", "On call one week in six"),
    "employment": ("How the person is employed.", "permanent"),
    "starts_on": ("The first day of the work.", "2026-05-01"),
    "ends_on": ("The last day of the work.", "2027-04-30"),
    "text": ("In words.", "Five years of Python"),
    "remote": ("Whether it can be done from elsewhere.", True),
    "spans": ("All times during which it was open, oldest first.", None),
    "counts": ("Whether it is the field's value now.", True),
    "HistoryEntry.source": ("The system that stated it.", "greenhouse"),
    "HistoryEntry.value": ("What was stated, as JSON.", "passive"),
    "shared": ("Which fields are the same.", "emails"),
    # what happened
    "data": ("What is said beside who and when.", {"position": "demo:staff-engineer", "channel": "email"}),
    "dataschema": ("The URI of a schema of data; it is not read.", "urn:acme:contacted:1"),
    "type": ("What happened.", "rekindle.pursuit.contacted"),
    "event": ("The event's id on the bus.", "0190b5b4-1111-5222-8333-444455556666"),
    "event_id": ("The event's id on the bus.", "0190b5b4-1111-5222-8333-444455556666"),
    "EventRetracted.source": ("The source of the fact that is retracted; with id.", "greenhouse"),
    "EventRetracted.id": ("The sender's id of the fact that is retracted; with source.", "a-99-contacted-1"),
    "EventRetracted.type": ("The latest fact of this type, at or before time, is retracted.", "rekindle.pursuit.rejected"),
    "whole": ("With position: the whole pursuit up to time is retracted.", False),
    "channel": ("Where it took place.", "email"),
    "channels": ("The channels that it holds for; without it all.", "email"),
    "via": ("Where the person was found.", "referral"),
    "purpose": ("What the contact was for; only outreach is a touch.", "outreach"),
    "kind": ("The kind.", "message"),
    "sender_role": ("Who wrote or called.", "recruiter"),
    "words": ("The length of the text, in words.", 74),
    "message": ("The message's id in your system.", "msg-2041"),
    "template": ("The template's code.", "first-touch-b"),
    "mood": ("How the answer sounded.", "positive"),
    "auto": ("Whether it is an automatic reply, which is no response.", False),
    "score": ("The result, from 0 to 100.", 74),
    "CandidateRatedUs.score": ("How the person rates us, from 0 to 10.", 9),
    "stage": ("The stage.", "interviewing"),
    "PursuitStageEntered.name": ("What the applicant tracking system calls the stage.", "Onsite"),
    "reason": ("Why; missing: unspecified.", "salary"),
    "reasons": ("Why.", "salary"),
    "facts": ("What is known with the reason. Each reason takes its own.", {"asked": 110000, "currency": "EUR"}),
    "also": ("Further soft reasons, each of which must be met too.", None),
    "evidence": ("What a hard no rests on.", "Asked by mail on 2 March not to be contacted again"),
    "decided_by": ("Who decided on a hard no.", "Maria Lopez"),
    "by_clock": ("Whether Rekindle's clock put the time on record.", False),
    "asked": ("The salary asked for in a year, in units of the currency.", 110000),
    "years_had": ("Experience, in years.", 3),
    "years_needed": ("Experience that was missed, in years.", 5),
    "missing_skills": ("Skills that were missed.", "kafka"),
    "wanted_level": ("The seniority that the person wants.", "staff"),
    "wanted_role": ("The role that the person wants.", "Engineering manager"),
    "rank": ("The person's rank among the candidates, from 1.", 2),
    "address": ("The address that is meant; without it the whole channel.", "ada@example.com"),
    "basis": ("The lawful basis, as a code.", "consent"),
    "signal": ("The news.", "promoted"),
    "about": ("What was promised.", "Tell her when the budget is decided"),
    # pursuits
    "attempt": ("The attempt's number in its pursuit, from 1.", 1),
    "attempts": ("The attempts, oldest first.", None),
    "touch": ("The touch's number in its attempt, from 1.", 1),
    "touches": ("The outreach contacts, oldest first.", None),
    "number": ("Its number, from 1.", 1),
    "origin": ("How the attempt began: inbound or outbound.", "outbound"),
    "stages": ("The stages, in order.", None),
    "replied_by_touch": ("How many touches came before the first response.", 1),
    "close": ("How it ended; null while it is open.", None),
    "AttemptClose.kind": ("How it ended.", "declined"),
    "AttemptClose.event": ("The closing fact's id on the bus; null where time or the position closed it.", None),
    "status": ("The state.", "open"),
    "outcome": ("What came of it.", "soft_no"),
    "interest": ("Whether the person was interested.", "interested"),
    # the queue
    "priority": ("How strong the item is, from 0 to 100.", 72),
    "min_priority": ("The least priority, from 0 to 100.", 50),
    "explanation": ("Why to come back, in a sentence.", "declined for salary at 110,000 EUR in March 2026"),
    "owed": ("What we owe and was overdue then.", [{"obligation_id": "18e40f54-e483-5779-9fe2-48b7b037077f", "kind": "reply"}]),
    "plans": ("The plans to come back that were due then, the strongest first.", None),
    "due": ("How many are due.", 12),
    "claimed": ("How many a recruiter holds.", 3),
    "snoozed": ("How many were put off.", 2),
    "scheduled": ("How many are due later.", 40),
    "last_touch_by": ("The recruiter who made the last touch, as a code.", "maria"),
    "trigger": ("What brought it.", "time"),
    "triggers": ("What brought it.", "time"),
    "lease": ("The lease that the claim gave.", "3a1f6c52-7d3b-4f0e-9c55-1b2a3c4d5e6f"),
    "lease_seconds": ("How long the item is held, in seconds.", 900),
    "limit": ("How many at most.", 10),
    "QueueClaim.reason": ("Only those with this reason.", "salary"),
    "QueueClaim.position": ("Only those of this position: an id or <source>:<external_id>.", "demo:staff-engineer"),
    "QueueDismissal.reason": ("Why the item is taken out, in words.", "Moved to a country where we do not hire"),
    # analytics
    "view": ("By the cohort of attempts, or by the day of what is counted.", "cohort"),
    "freshness": ("How far behind the numbers are.", None),
    "filters": ("What was asked for, by dimension.", {"recruiter": "maria"}),
    "group_by": ("The dimension that was grouped by.", "recruiter"),
    "groups": ("A funnel for each value: periods in order of time, others the largest first.", None),
    "MetricDescription.name": ("The metric's name.", "reached"),
    "DimensionDescription.name": ("The dimension's name.", "recruiter"),
    "question": ("The question that it answers.", "How many reached the stage?"),
    "unit": ("The unit.", "attempts"),
    "dimensions": ("What it can be filtered and grouped by.", "recruiter"),
    "definition": ("How it is counted.", "Attempts that reached the stage, or imply it by a later one."),
    "per": ("Whether it is a number of each stage or of the whole funnel.", "stage"),
    "of": ("Whose it is.", "attempt"),
    "key": ("The value; null where it is not known.", "maria"),
    "reached": ("How many reached the stage.", 120),
    "recorded": ("How many have a fact of this very stage.", 118),
    "from_previous": ("The share of those who reached the stage before.", 0.42),
    "median_hours": ("The median time since the stage before, in hours.", 36.5),
    "wait": ("How long to wait, in seconds.", 10),
    # tokens
    "token_id": ("The token's id.", "5d1c4b7a0f2e4c3d9b8a1e2f3a4b5c6d"),
    "scopes": ("What the token may do.", "engagement:write"),
    "token": ("The token itself.", "eyJhbGciOiJFZDI1NTE5..."),
    "created_at": ("When it was made, in UTC.", "2026-03-02T09:15:00Z"),
    "effective_at": ("From when on it holds, in UTC.", "2026-03-02T09:15:00Z"),
    "revoked_at": ("Since when it is refused, in UTC.", "2026-03-02T09:15:00Z"),
    "expires_at": ("When it expires, in UTC.", "2026-06-01T08:00:00Z"),
    # connectors
    "delivery": ("The vendor's id of the first receipt.", "c2c9a9f0-7d3b-4f0e"),
    "delivery_id": (
        "The SHA-256 of the delivery's raw body.",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
    "answer": ("What the API answered.", "emails[0] must be an e-mail address"),
    "count": ("How many bodies hold it.", 3),
    "action": ("What Greenhouse calls it.", "candidate_stage_change"),
    "application": ("The application's id at Greenhouse.", "265293"),
    "receipts": ("How often it was received.", 1),
    "events": ("The events that it made.", None),
    "records": ("The records that it changed.", None),
    "target": ("Which record.", "greenhouse:53883394"),
    "external_id": ("The vendor's id.", "4011"),
    "UnmappedName.name": ("The name.", "Take-home test"),
    # what Rekindle's own parts say to each other
    "service": ("The service whose relay it is.", "engagement"),
    "backlog": ("Records that wait to be published.", 0),
    "group": ("The consumer group.", "analytics.projector"),
    "shard": ("The shard, which is a partition.", 3),
    "heads": ("The last sequence that was applied, by stream.", {"7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001": 14}),
    "total": ("Records that were ever published in the shard.", 4211),
    "from_stream": ("The first stream that is meant.", "00000000-0000-0000-0000-000000000000"),
    "to_stream": ("The last stream that is meant.", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
}

_PLACEHOLDER = re.compile(r"(?<![`<>:\w])<\w+>(:<\w+>)*(?!`)")
_OF_FORM = {"date-time": "2026-03-02T09:15:00Z", "date": "2026-03-02", "uuid": "7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001"}
"""An example of each format, whose texts are all of one length."""


def describe_properties(owner: str, schema: Schema) -> None:
    """Describe the properties of a schema, in place: what each means, and an example of what holds plain values.

    A default becomes a word of the description: generators take a field that has one for a field that is always there.
    """
    for name, one in schema.get("properties", {}).items():
        text, example = WORDS.get(f"{owner}.{name}") or WORDS.get(name) or ("", None)
        if text or "description" in one:
            one["description"] = _sentence(one.get("description", text))
        default = one.pop("default", None)
        if default not in (None, [], {}) and "Default:" not in one.get("description", ""):
            one["description"] = f"{one.get('description', '')} Default: {_spelled(default)}.".strip()
        if "examples" not in one and (found := _example(one, example)) is not None:
            one["examples"] = [found]
        for inner in (one, one.get("items", {})):
            if "properties" in inner:
                describe_properties(owner, inner)


def describe_parameter(parameter: Schema) -> None:
    """Describe a parameter that says nothing of itself, in place; its default is in its schema."""
    text, _ = WORDS.get(parameter["name"], ("", None))
    if given := parameter.get("description", text):
        parameter["description"] = _sentence(given)


def example_of(owner: str, name: str, schema: Schema) -> Any:
    """An example of one property of a schema that is complete in itself; None for an object."""
    _, example = WORDS.get(f"{owner}.{name}") or WORDS.get(name) or ("", None)
    return _example(_resolved(schema["properties"][name], schema.get("$defs", {})), example)


def _resolved(schema: Any, definitions: Schema) -> Any:
    if isinstance(schema, list):
        return [_resolved(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _resolved(one, definitions) if name in {"anyOf", "items"} else one for name, one in schema.items()}


def marked(text: str) -> str:
    """The text as Markdown: ``<source>:<external_id>`` as code, for a page takes it for an element of HTML."""
    return _PLACEHOLDER.sub(r"`\g<0>`", text)


def _sentence(text: str) -> str:
    """As a sentence, whatever its writer left out."""
    text = marked(text)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _example(schema: Schema, given: Any) -> Any:
    """An example of a property: the given one where it is of the property's type, else one of its type; None for objects."""
    if given is None and schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return given if given in schema["enum"] else schema["enum"][0]
    if "anyOf" in schema:
        return next((found for one in schema["anyOf"] if (found := _example(one, given)) is not None), None)
    kind = schema.get("type")
    if kind == "array":
        inner = _example(schema.get("items", {}), given)
        return None if inner is None else [inner]
    if kind == "string":
        of_form = _OF_FORM.get(schema.get("format", ""), given)
        return given if isinstance(given, str) and isinstance(of_form, str) and len(given) == len(of_form) else of_form
    if kind in {"integer", "number"}:
        fits = isinstance(given, int | float) and not isinstance(given, bool)
        return given if fits else min(max(12, schema.get("minimum", 12)), schema.get("maximum", 12))
    if kind == "boolean":
        return given if isinstance(given, bool) else False
    if kind == "object":
        return given if isinstance(given, dict) else None
    return given if kind is None and "$ref" not in schema else None
