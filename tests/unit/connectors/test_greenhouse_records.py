"""Bodies about records: people updated, deleted, merged, anonymised; jobs updated and deleted; what is not mapped."""

import pytest

from services.connectors.domain.greenhouse.actions import NOT_MAPPED
from services.connectors.domain.greenhouse.body import UnreadableBodyError
from services.connectors.domain.greenhouse.translation import Outcome
from services.connectors.domain.intents import CandidatePatch, Erasure, PositionPatch
from tests.unit.connectors.greenhouse_bodies import application, body, raw, translated, types


def test_a_merge_links_the_references_and_keeps_what_was_refused() -> None:
    sent = raw("merge_candidate", {"person": {"id": 1, "first_name": "Jack", "can_email": False, "new_candidate_id": 2}})

    translation = translated(sent)

    assert translation.intents[1:] == (CandidatePatch("greenhouse:2", {"references": ["greenhouse:1"]}),)
    assert types(translation) == ["candidate.unsubscribed"]


def test_flat_payloads_are_read_too() -> None:
    assert translated(raw("delete_candidate", {"id": "7"})).intents == (Erasure("greenhouse:7"),)
    (merge,) = translated(raw("merge_candidate", {"id": 1, "new_candidate_id": 2})).intents
    assert merge == CandidatePatch("greenhouse:2", {"references": ["greenhouse:1"]})
    (opening,) = translated(raw("job_created", {"id": 3, "name": "Boss"})).intents
    assert isinstance(opening, PositionPatch)
    assert (opening.reference, opening.content["title"]) == ("greenhouse:3", "Boss")


def test_a_merge_without_its_other_half_is_not_mapped() -> None:
    translation = translated(raw("merge_candidate", {"person": {"id": 1}}))

    assert translation.outcome is Outcome.NOT_MAPPED
    assert translation.reason == "the body does not say which two candidates were merged"


def test_anonymised_fields_are_cleared() -> None:
    sent = raw("candidate_anonymized", {"candidate_id": 7, "anonymized_fields": ["full_name", "current_title", "tags"]})

    (patch,) = translated(sent).intents

    assert isinstance(patch, CandidatePatch)
    assert (patch.reference, patch.forgets) == ("greenhouse:7", True)
    assert patch.content == {"title": None, "name": None, "observed_at": "2026-03-01T12:00:00Z"}


def test_who_can_be_neither_named_nor_reached_is_forgotten() -> None:
    fields = ["full_name", "email_addresses", "phone_numbers", "notes"]

    assert translated(raw("candidate_anonymized", {"candidate_id": 7, "anonymized_fields": fields})).intents == (
        Erasure("greenhouse:7"),
    )


def test_fields_that_are_not_kept_need_no_clearing() -> None:
    translation = translated(raw("candidate_anonymized", {"candidate_id": 7, "anonymized_fields": ["notes", 5]}))

    assert (translation.outcome, translation.intents) == (Outcome.NOT_MAPPED, ())


def test_nothing_that_is_null_or_wrong_clears_or_spoils_a_record() -> None:
    sent = application(
        "candidate_stage_change",
        candidate_title=None,
        candidate_phone_numbers=[{"value": "x"}, {"value": "555-1234"}, "5", {}],
        candidate_email_addresses=[{"value": "hank.von diablo@example.com"}, {"value": "a@example.com"}],
        candidate_website_addresses=[{"value": "@handle"}, {"value": "example.com"}],
    )

    patch = next(intent for intent in translated(sent).intents if isinstance(intent, CandidatePatch))

    assert patch.content == {
        "name": "Ada Byron",
        "emails": ["a@example.com"],
        "phones": ["555-1234"],
        "links": ["https://example.com"],
        "observed_at": "2026-01-12T09:00:00Z",
    }


def test_a_long_name_is_cut_to_what_a_record_takes() -> None:
    sent = application("candidate_stage_change", candidate_first_name="A" * 150, candidate_last_name="B" * 150)

    patch = next(intent for intent in translated(sent).intents if isinstance(intent, CandidatePatch))

    assert patch.content["name"] == f"{'A' * 150} {'B' * 49}"


def test_a_deleted_job_is_closed() -> None:
    (patch,) = translated(raw("job_deleted", {"job": {"id": 2, "name": "Boss"}})).intents

    assert isinstance(patch, PositionPatch)
    assert patch.content == {"title": "Boss", "status": "closed", "observed_at": "2026-03-01T12:00:00Z"}


def test_a_reopened_job_has_no_closing_time() -> None:
    sent = raw("job_updated", {"job": {"id": 2, "status": "open", "closed_at": None, "offices": [{"name": "Remote"}]}})

    (patch,) = translated(sent).intents

    assert isinstance(patch, PositionPatch)
    assert patch.content == {
        "status": "open",
        "closed_at": None,
        "remote": True,
        "observed_at": "2026-03-01T12:00:00Z",
    }


@pytest.mark.parametrize("action", NOT_MAPPED)
def test_what_is_not_mapped_says_why(action: str) -> None:
    translation = translated(raw(action, {"id": 1}))

    assert (translation.outcome, translation.intents) == (Outcome.NOT_MAPPED, ())
    assert translation.reason == NOT_MAPPED[action]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"action": "candidate_beamed_up", "payload": {"application": {"id": 1}}}', "unknown action 'candidate_beamed_up'"),
        (b'{"payload": {}}', "the body names no action"),
        (b"{}", "the body names no action"),
        (b'{"action": 5}', "the body names no action"),
        (b'{"ping": {"webhook": 1}}', "a ping: the webhook was created or changed"),
        (b'{"web_hook": {"id": 1}, "action": "ping"}', "a ping: the webhook was created or changed"),
        (b'{"action": "hire_candidate"}', "the body names no application"),
        (b'{"action": "update_candidate", "payload": {"candidate": {}}}', "the body names no candidate"),
        (b'{"action": "job_created", "payload": {"job": []}}', "the body names no job"),
    ],
)
def test_an_unknown_or_empty_body_is_not_mapped(content: bytes, reason: str) -> None:
    translation = translated(content)

    assert (translation.outcome, translation.reason) == (Outcome.NOT_MAPPED, reason)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"[" * 5000, b'{"a": "\\ud800"}']
)
def test_what_is_no_json_object_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableBodyError):
        body(content)
