"""What the API accepts as data: the table of api.md, type by type, and what each rule refuses."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from shared.events import FACTS, Fact
from shared.events.closes import FACTS_OF
from shared.events.validation import accept
from shared.events.vocabulary import HARD_NOS, Reason

POSITION = "greenhouse:107761"
WHY = {"reason": "career_change", "evidence": "a letter", "decided_by": "maria"}

TABLE: dict[str, dict[str, Any]] = {
    "pursuit.sourced": {},
    "pursuit.applied": {},
    "pursuit.contacted": {"channel": "email"},
    "pursuit.responded": {},
    **{
        f"pursuit.{name}": {"position": POSITION}
        for name in (
            "interested", "screened", "submitted", "interview_scheduled", "interview_cancelled", "interviewed", "no_show",
            "offered", "offer_accepted", "offer_withdrawn", "hired", "started", "left", "declined", "rejected", "withdrawn",
            "ghosted", "position_closed", "feedback_given",
        )
    },
    "pursuit.stage_entered": {"position": POSITION, "stage": "screening"},
    "pursuit.evaluated": {"position": POSITION, "score": 74},
    "candidate.hard_no_set": WHY,
    "candidate.hard_no_lifted": WHY,
    "candidate.unsubscribed": {"channel": "email"},
    "candidate.resubscribed": {"channel": "email"},
    "candidate.bounced": {"channel": "email"},
    "candidate.complained": {"channel": "email"},
    "candidate.cadence_chosen": {"every_days": 30},
    "candidate.consent_given": {"basis": "consent"},
    "candidate.consent_withdrawn": {"basis": "consent"},
    "candidate.signal_observed": {"signal": "promoted"},
    "candidate.followup_promised": {"due_at": "2026-04-01"},
    "candidate.rated_us": {"score": 9},
}  # fmt: skip
"""Every type of the table with its bold fields and nothing else."""

OPTIONAL: dict[str, dict[str, Any]] = {
    "pursuit.sourced": {"position": POSITION},
    "pursuit.contacted": {
        "position": POSITION, "purpose": "closing", "kind": "call", "sender_role": "peer", "words": 74, "message": "m-1",
        "template": "t-1",
    },
    "pursuit.responded": {"position": POSITION, "words": 0, "mood": "neutral", "auto": True},
    "pursuit.evaluated": {"by": "maria", "stage": "interviewing"},
    "pursuit.interviewed": {
        "at": "2026-03-03T10:00:00Z", "sponsor": "acme", "amount": 90000.5, "currency": "EUR", "start_on": "2026-05-01",
    },
    "pursuit.stage_entered": {"name": "Team interview, 2nd"},
    "pursuit.rejected": {"by": "sponsor", "reason": "rejected_by_sponsor", "facts": {"sponsor": "acme"}},
    "pursuit.declined": {"also": [{"reason": "salary", "facts": {"asked": 85000}}, {"reason": "timing"}]},
    "candidate.hard_no_lifted": {"by": "team"},
    "candidate.unsubscribed": {"address": "ada@example.org"},
    "candidate.resubscribed": {"address": "ada@example.org"},
    "candidate.bounced": {"address": "ada@example.org"},
    "candidate.complained": {"address": "+49 30 1234567"},
    "pursuit.feedback_given": {"words": 200},
    "candidate.cadence_chosen": {"channels": ["email", "phone"]},
    "candidate.consent_given": {"expires_on": "2027-01-01"},
    "candidate.followup_promised": {"about": "the salary range"},
}  # fmt: skip


def accepted(name: str, data: Mapping[str, Any]) -> Fact:
    return accept(FACTS, f"rekindle.{name}", data)


def refused(name: str, data: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are refused, as dotted paths, with the rule."""
    with pytest.raises(ValidationError) as caught:
        accepted(name, data)
    return {".".join(str(part) for part in one["loc"]): one["msg"] for one in caught.value.errors()}


def test_every_type_of_the_table_may_be_posted() -> None:
    assert {f"rekindle.{name}" for name in TABLE} | {"rekindle.event.retracted"} <= set(FACTS)


@pytest.mark.parametrize("name", TABLE)
def test_every_type_is_accepted_with_its_bold_fields_alone(name: str) -> None:
    assert accepted(name, TABLE[name]).type == f"rekindle.{name}"


@pytest.mark.parametrize("name", OPTIONAL)
def test_the_optional_fields_are_accepted(name: str) -> None:
    fact = accepted(name, {**TABLE[name], **OPTIONAL[name]})

    assert OPTIONAL[name].keys() <= fact.model_fields_set


@pytest.mark.parametrize("name", TABLE)
def test_an_optional_field_that_is_null_was_not_sent(name: str) -> None:
    known = {field.alias or own for own, field in FACTS[f"rekindle.{name}"].model_fields.items()}
    nulls = dict.fromkeys(known - TABLE[name].keys())

    assert accepted(name, TABLE[name] | nulls) == accepted(name, TABLE[name])


def test_an_unknown_field_is_refused_though_it_is_null() -> None:
    assert refused("pursuit.responded", {"moods": None}).keys() == {"moods"}


@pytest.mark.parametrize("name", TABLE)
def test_recruiter_channel_and_via_stand_beside_the_data_of_every_type(name: str) -> None:
    fact = accepted(name, {**TABLE[name], "recruiter": "maria", "channel": "sms", "via": "referral"})

    assert (fact.recruiter, fact.channel, fact.via) == ("maria", "sms", "referral")


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, data in TABLE.items() for field in data])
def test_every_bold_field_is_needed(name: str, field: str) -> None:
    rest = {one: value for one, value in TABLE[name].items() if one != field}

    assert field in refused(name, rest)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, data in TABLE.items() for field in data])
def test_null_is_no_value_for_a_bold_field(name: str, field: str) -> None:
    assert field in refused(name, {**TABLE[name], field: None})


@pytest.mark.parametrize("name", TABLE)
def test_unknown_fields_are_refused_by_name(name: str) -> None:
    assert refused(name, {**TABLE[name], "recuiter": "maria"}) == {"recuiter": "Extra inputs are not permitted"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *((name, "channel") for name in TABLE),
        ("pursuit.contacted", "purpose"),
        ("pursuit.contacted", "kind"),
        ("pursuit.contacted", "sender_role"),
        ("pursuit.responded", "mood"),
        ("pursuit.stage_entered", "stage"),
        ("pursuit.declined", "reason"),
        ("pursuit.rejected", "by"),
        ("pursuit.evaluated", "stage"),
        ("candidate.hard_no_lifted", "by"),
        ("candidate.hard_no_set", "reason"),
        ("candidate.signal_observed", "signal"),
    ],
)
@pytest.mark.parametrize("value", ["", "Email ", "no_such_word", 7, True, ["email"], {}])
def test_a_word_that_does_not_exist_is_refused_with_those_that_do(name: str, field: str, value: Any) -> None:
    assert "'" in refused(name, {**TABLE[name], field: value})[field]


def test_an_unknown_reason_is_refused_with_all_that_there_are() -> None:
    said = refused("pursuit.declined", {"position": POSITION, "reason": "boredom"})["reason"]

    assert all(f"'{reason}'" in said for reason in Reason)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("pursuit.contacted", "words", -1),
        ("pursuit.contacted", "words", 1_000_001),
        ("pursuit.contacted", "words", 7.5),
        ("pursuit.contacted", "words", "many"),
        ("pursuit.contacted", "words", float("nan")),
        ("pursuit.contacted", "message", "x" * 501),
        ("pursuit.contacted", "position", "no reference"),
        ("pursuit.contacted", "position", 7),
        ("pursuit.contacted", "recruiter", "Maria Muster"),
        ("pursuit.contacted", "recruiter", "maria@example.org"),
        ("pursuit.contacted", "recruiter", ""),
        ("pursuit.contacted", "template", "Dear {{name}}"),
        ("pursuit.interviewed", "amount", -0.01),
        ("pursuit.interviewed", "amount", 1e13),
        ("pursuit.interviewed", "amount", float("nan")),
        ("pursuit.interviewed", "amount", float("inf")),
        ("pursuit.interviewed", "amount", 10**400),
        ("pursuit.interviewed", "currency", "eur"),
        ("pursuit.interviewed", "currency", "Euro"),
        ("pursuit.interviewed", "at", "tomorrow"),
        ("pursuit.interviewed", "at", "2026-03-02T09:15:00"),
        ("pursuit.interviewed", "at", "0001-01-01T00:00:00Z"),
        ("pursuit.interviewed", "start_on", "9999-12-31"),
        ("pursuit.declined", "facts", []),
        ("pursuit.declined", "evidence", " "),
        ("pursuit.declined", "evidence", "x" * 10_001),
        ("pursuit.contacted", "words", "74"),
        ("pursuit.contacted", "words", True),
        ("pursuit.responded", "auto", 1),
        ("pursuit.responded", "auto", "true"),
        ("pursuit.interviewed", "amount", "90000"),
        ("pursuit.interviewed", "amount", False),
        ("pursuit.evaluated", "score", -0.1),
        ("pursuit.evaluated", "score", 100.5),
        ("pursuit.evaluated", "score", "74"),
        ("pursuit.evaluated", "score", float("nan")),
        ("pursuit.evaluated", "by", "Maria Muster"),
        ("pursuit.declined", "also", {"reason": "salary"}),
        ("pursuit.declined", "also", [{"reason": "timing"}] * 11),
        ("candidate.unsubscribed", "address", " "),
        ("candidate.unsubscribed", "address", "x" * 501),
        ("candidate.cadence_chosen", "every_days", "30"),
        ("candidate.rated_us", "score", "9"),
        ("candidate.rated_us", "score", True),
        ("candidate.rated_us", "score", 11),
        ("candidate.rated_us", "score", -1),
        ("candidate.rated_us", "score", 9.5),
        ("candidate.cadence_chosen", "every_days", 0),
        ("candidate.cadence_chosen", "every_days", -7),
        ("candidate.cadence_chosen", "every_days", 3661),
        ("candidate.cadence_chosen", "channels", "email"),
        ("candidate.consent_given", "basis", "he said so"),
        ("candidate.followup_promised", "about", "x" * 2001),
    ],
)
def test_values_out_of_range_are_refused_by_field(name: str, field: str, value: Any) -> None:
    assert field in refused(name, {**TABLE[name], field: value})


# What exists


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        *((f"pursuit.{stage}", {"currency": "XQZ"}, "currency") for stage in ("interested", "offered", "hired")),
        *(
            (f"pursuit.{close}", {"reason": "salary", "facts": {"asked": 1, "currency": "XQZ"}}, "facts.currency")
            for close in ("declined", "rejected", "withdrawn")
        ),
        ("pursuit.declined", {"reason": "offer_declined", "facts": {"currency": "XXX"}}, "facts.currency"),
        (
            "pursuit.declined",
            {"reason": "timing", "also": [{"reason": "unspecified"}, {"reason": "salary", "facts": {"currency": "EUX"}}]},
            "also.1.facts.currency",
        ),
    ],
)
def test_a_currency_that_does_not_exist_is_refused_wherever_it_stands(name: str, data: dict[str, Any], field: str) -> None:
    said = refused(name, {**TABLE[name], **data})

    assert said == {field: "must be a currency of ISO 4217 that exists, for example EUR"}


@pytest.mark.parametrize("code", ["EUR", "XOF", "BGN", "DEM"])
def test_a_currency_that_exists_or_existed_is_accepted(code: str) -> None:
    data = {**TABLE["pursuit.declined"], "reason": "salary", "facts": {"asked": 1, "currency": code}}

    assert accepted("pursuit.declined", data).model_dump()["facts"]["currency"] == code


@pytest.mark.parametrize("day", ["1899-12-31", "2201-01-01", "1899-12-31T23:59:59Z", "2201-01-01T14:00:00+14:00"])
@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("pursuit.interviewed", {"at": ...}, "at"),
        ("pursuit.offered", {"start_on": ...}, "start_on"),
        ("candidate.consent_given", {"expires_on": ...}, "expires_on"),
        ("candidate.consent_withdrawn", {"expires_on": ...}, "expires_on"),
        ("candidate.followup_promised", {"due_at": ...}, "due_at"),
        ("pursuit.declined", {"reason": "availability", "facts": {"available_from": ...}}, "facts.available_from"),
        ("pursuit.rejected", {"reason": "timing", "facts": {"revisit_on": ...}}, "facts.revisit_on"),
        ("pursuit.withdrawn", {"reason": "counter_offer", "facts": {"start_on": ...}}, "facts.start_on"),
        (
            "pursuit.declined",
            {"also": [{"reason": "accepted_elsewhere", "facts": {"start_date": ...}}]},
            "also.0.facts.start_date",
        ),
    ],
)
def test_a_date_that_no_record_of_ours_can_have_is_refused(name: str, data: dict[str, Any], field: str, day: str) -> None:
    assert set(refused(name, {**TABLE[name], **_dated(data, day)})) == {field}


def _dated(value: Any, day: str) -> Any:
    """The value with the day in the place of each ellipsis."""
    if isinstance(value, dict):
        return {name: _dated(one, day) for name, one in value.items()}
    if isinstance(value, list):
        return [_dated(one, day) for one in value]
    return day if value is ... else value


# The text: "a hard no also evidence, decided_by"


@pytest.mark.parametrize("name", ["pursuit.declined", "pursuit.rejected", "pursuit.withdrawn"])
@pytest.mark.parametrize("reason", sorted(HARD_NOS))
def test_a_hard_no_needs_evidence_and_a_name(name: str, reason: Reason) -> None:
    bare = {"position": POSITION, "reason": reason}

    assert set(refused(name, bare)) == {"evidence", "decided_by"}
    assert set(refused(name, {**bare, "evidence": "a letter"})) == {"decided_by"}
    assert accepted(name, {**bare, "evidence": "a letter", "decided_by": "maria"}).type


@pytest.mark.parametrize("reason", sorted(set(Reason) - HARD_NOS))
def test_a_soft_no_needs_neither(reason: Reason) -> None:
    assert accepted("pursuit.declined", {"position": POSITION, "reason": reason}).type
    assert set(refused("candidate.hard_no_set", {**WHY, "reason": reason})) == {"reason"}


def test_a_list_of_channels_names_each_once_so_that_no_event_outgrows_the_broker() -> None:
    chosen = accepted("candidate.cadence_chosen", {"every_days": 30, "channels": ["email", "sms", "email"] * 100_000})

    assert chosen.public() == {"every_days": 30, "channels": ["email", "sms"]}


def test_a_close_without_a_reason_is_unspecified() -> None:
    assert getattr(accepted("pursuit.declined", {"position": POSITION}), "reason", None) is Reason.UNSPECIFIED


def test_do_not_contact_is_lifted_by_the_candidate_alone() -> None:
    lift = {"reason": "do_not_contact", "evidence": "a call", "decided_by": "maria"}

    for by in ({}, {"by": None}, {"by": "team"}):
        assert set(refused("candidate.hard_no_lifted", {**lift, **by})) == {"by"}
    assert accepted("candidate.hard_no_lifted", {**lift, "by": "candidate"}).type
    assert accepted("candidate.hard_no_lifted", WHY).type
    assert accepted("candidate.hard_no_set", lift).type


def test_a_number_may_be_written_with_a_fraction_of_zero() -> None:
    assert accepted("pursuit.contacted", {"channel": "email", "words": 74.0}) == accepted(
        "pursuit.contacted", {"channel": "email", "words": 74}
    )


@pytest.mark.parametrize("name", ["pursuit.declined", "pursuit.rejected", "pursuit.withdrawn"])
@pytest.mark.parametrize(
    ("also", "field"),
    [
        ([{}], "also.0.reason"),
        ([{"reason": "timing"}, {"reason": "do_not_contact"}], "also.1.reason"),
        ([{"reason": "boredom"}], "also.0.reason"),
        ([{"reason": "salary", "facts": {"rank": 1}}], "also.0.facts.rank"),
        ([{"reason": "salary", "facts": {"asked": "85000"}}], "also.0.facts.asked"),
        ([{"reason": "salary", "evidence": "a call"}], "also.0.evidence"),
    ],
)
def test_a_further_reason_of_a_close_is_a_soft_one_with_its_own_facts(name: str, also: list[Any], field: str) -> None:
    assert refused(name, {"position": POSITION, "reason": "location", "also": also}).keys() == {field}


# The text: "`facts` are checked per reason, each optional"

VALUES: dict[str, Any] = {
    "asked": 85000, "currency": "EUR", "available_from": "2026-05-01",
    "locations": [{"country": "DE", "city": "Berlin"}, "AT", "Ulm"],
    "remote": True, "years_had": 3, "years_needed": 5.5, "missing_skills": ["go"], "wanted_level": "staff", "wanted_role": "Lead",
    "revisit_on": "2026-06-01", "sponsor": "acme", "rank": 2, "reason": "salary", "start_on": "2026-05-01",
}  # fmt: skip


@pytest.mark.parametrize("reason", sorted(set(Reason) - HARD_NOS))
@pytest.mark.parametrize("field", VALUES)
def test_each_reason_takes_its_own_facts_and_no_others(reason: Reason, field: str) -> None:
    data = {"position": POSITION, "reason": reason, "facts": {field: VALUES[field]}}

    if field in FACTS_OF.get(reason, frozenset()):
        assert accepted("pursuit.declined", data).type
    else:
        assert f"does not fit the reason {reason}" in refused("pursuit.declined", data)[f"facts.{field}"]


def test_the_facts_of_each_reason_are_those_of_the_product() -> None:
    assert {reason: " ".join(sorted(fields)) for reason, fields in FACTS_OF.items() if reason != "offer_declined"} == {
        "salary": "asked currency",
        "availability": "available_from",
        "location": "locations remote",
        "experience": "years_had years_needed",
        "skills": "missing_skills",
        "role_fit": "wanted_level wanted_role",
        "timing": "revisit_on",
        "rejected_by_sponsor": "sponsor",
        "preferred_another": "rank",
        "accepted_elsewhere": "start_on",
        "counter_offer": "start_on",
    }
    assert {"reason", "asked"} <= FACTS_OF[Reason.OFFER_DECLINED]


@pytest.mark.parametrize(
    ("reason", "sent", "stored"),
    [
        ("location", {"acceptable_locations": ["AT"]}, {"locations": ["AT"]}),
        ("skills", {"missing": ["go"]}, {"missing_skills": ["go"]}),
        ("skills", {"missing_skills": ["Golang", " go "]}, {"missing_skills": ["go"]}),
        ("role_fit", {"level": "staff"}, {"wanted_level": "staff"}),
        ("accepted_elsewhere", {"start_date": "2026-05-01"}, {"start_on": "2026-05-01"}),
    ],
)
def test_facts_go_by_the_words_of_the_product_too(reason: str, sent: dict[str, Any], stored: dict[str, Any]) -> None:
    data = {"position": POSITION, "reason": reason}

    assert accepted("pursuit.declined", {**data, "facts": sent}) == accepted("pursuit.declined", {**data, "facts": stored})


def test_every_fact_that_does_not_fit_is_named() -> None:
    data = {"position": POSITION, "reason": "salary", "facts": {"rank": 1, "sponsor": "acme", "asked": -1}}

    assert set(refused("pursuit.declined", {**data, "facts": {"rank": 1, "sponsor": "acme"}})) == {"facts.rank", "facts.sponsor"}
    assert "facts.asked" in refused("pursuit.declined", data)


def test_unknown_facts_are_refused_by_name() -> None:
    assert "facts.asks" in refused("pursuit.declined", {"position": POSITION, "reason": "salary", "facts": {"asks": 1}})


@pytest.mark.parametrize("reason", ["do_not_contact", "offer_declined", "whatever"])
def test_an_offer_is_declined_for_a_soft_reason(reason: str) -> None:
    data = {"position": POSITION, "reason": "offer_declined", "facts": {"reason": reason}}

    assert "facts.reason" in refused("pursuit.declined", data)


# The text: "event.retracted `type` with `position`, or `source`, `id`; cannot be retracted"


@pytest.mark.parametrize(
    "data",
    [
        {"type": "rekindle.pursuit.hired", "position": POSITION},
        {"type": "rekindle.pursuit.contacted"},
        {"type": "rekindle.candidate.unsubscribed"},
        {"source": "greenhouse", "id": "a-99"},
        {"position": POSITION, "whole": True},
    ],
)
def test_a_retraction_names_a_fact(data: dict[str, Any]) -> None:
    assert accepted("event.retracted", data).type


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "type"),
        ({"position": POSITION}, "type"),
        ({"source": "greenhouse"}, "id"),
        ({"id": "a-99"}, "source"),
        ({"type": "rekindle.pursuit.hired", "position": POSITION, "source": "greenhouse", "id": "a-99"}, "type"),
        ({"type": "rekindle.pursuit.hired"}, "position"),
        ({"type": "rekindle.pursuit.dreamt", "position": POSITION}, "type"),
        ({"type": "rekindle.candidate.changed"}, "type"),
        ({"type": "rekindle.event.retracted"}, "type"),
        ({"whole": True}, "position"),
        ({"position": POSITION, "whole": False}, "type"),
        ({"position": POSITION, "whole": "true"}, "whole"),
        ({"position": POSITION, "whole": True, "type": "rekindle.pursuit.hired"}, "whole"),
        ({"position": POSITION, "whole": True, "source": "greenhouse", "id": "a-99"}, "whole"),
    ],
)
def test_a_retraction_that_names_no_fact_is_refused_by_field(data: dict[str, Any], field: str) -> None:
    assert refused("event.retracted", data).keys() == {field}
