"""The demo is the same for ever, so that posting it again changes nothing; and it looks like the work of a real team."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from rekindle.demo.content import Content, content_of
from rekindle.demo.duplicates import KNOWN_TOO
from rekindle.demo.moments import HOMES, business_hours_before, is_working_day, working_day_before, working_time_after
from rekindle.demo.posting import EDITION
from rekindle.demo.resumes import resumes
from rekindle.demo.story import story
from services.candidates.domain.imports.csv_table import csv_table
from services.candidates.domain.imports.encodings import encoding_of
from services.candidates.domain.imports.rows import BadRow, Limits
from services.candidates.domain.resumes.document import read_document
from shared.events import EVENTS
from shared.events.vocabulary import Reason

BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""A Sunday."""


@pytest.fixture(scope="module")
def demo() -> Content:
    return content_of(BEGAN)


def reasons(demo: Content) -> Counter[str]:
    return Counter(str(one["data"]["reason"]) for one in demo.events if "reason" in one["data"])


def test_the_same_beginning_gives_the_same_demo(demo: Content) -> None:
    assert content_of(BEGAN) == demo
    assert len({event["id"] for event in demo.events + demo.late}) == len(demo.events) + len(demo.late)
    assert len({record["candidate"] for record in demo.records}) == len(demo.records)


def test_it_is_a_team_with_eight_positions_and_150_people(demo: Content) -> None:
    assert len(demo.positions) == 8
    assert 145 <= len(demo.records) <= 160
    assert 900 <= len(demo.events) <= 1500


@pytest.mark.parametrize("days", range(8))
def test_nothing_lies_ahead_whatever_the_day_of_the_week(days: int) -> None:
    began = BEGAN + timedelta(days=days, hours=days * 3 - 10)
    made = content_of(began)

    assert max(datetime.fromisoformat(event["time"]) for event in made.events + made.late) < began
    assert min(datetime.fromisoformat(event["time"]) for event in made.events) > began - timedelta(days=220)


def test_it_is_about_people_and_positions_that_it_posts(demo: Content) -> None:
    people = {record["candidate"] for record in demo.records} | {"gem:evelyn-boyd"}
    positions = {reference for reference, _ in demo.positions}

    assert {event["subject"] for event in demo.events + demo.late} <= people
    assert {event["data"]["position"] for event in demo.events + demo.late if "position" in event["data"]} <= positions
    assert {reference for reference, _ in demo.changes} <= positions


def test_events_are_of_types_that_exist(demo: Content) -> None:
    known = {str(event.type) for event in EVENTS}

    assert {event["type"] for event in demo.events + demo.late} <= known


def test_people_say_no_and_are_told_no_for_many_reasons(demo: Content) -> None:
    found = reasons(demo)

    assert {str(reason) for reason in Reason if not reason.is_hard_no} - found.keys() <= {"ghosted", "no_show", "position_closed"}
    assert {"do_not_contact", "career_change", "client_complaint"} <= found.keys()
    assert any(event["data"].get("also") for event in demo.events)


def test_some_are_hired_and_two_of_them_leave_early(demo: Content) -> None:
    types = Counter(event["type"].rpartition(".")[2] for event in demo.events)

    assert 6 <= types["hired"] <= 12
    assert types["left"] == 2
    assert types["rated_us"] > 15


def test_outreach_keeps_to_working_days_but_for_the_breaches_that_the_story_tells(demo: Content) -> None:
    sent = [event for event in demo.events if event["type"] == "rekindle.pursuit.contacted"]

    assert len(sent) > 300
    assert all(datetime.fromisoformat(event["time"]).weekday() < 5 for event in sent)


def test_business_hours_are_counted_back_over_a_weekend() -> None:
    monday = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)

    assert business_hours_before(monday, 1) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert business_hours_before(monday, 2) == datetime(2026, 2, 27, 16, 30, tzinfo=UTC)
    assert business_hours_before(BEGAN, 9) == datetime(2026, 2, 26, 16, 0, tzinfo=UTC)


def test_work_waits_for_the_hours_where_people_live() -> None:
    friday_night = datetime(2026, 2, 27, 22, 0, tzinfo=UTC)

    assert working_time_after(friday_night, HOMES["DE"], 15) == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert working_day_before(BEGAN, 1, HOMES["US"], 0) == datetime(2026, 2, 27, 14, 0, tzinfo=UTC)
    assert not is_working_day(datetime(2026, 10, 3, tzinfo=UTC).date(), "DE")


def test_the_story_comes_first_so_that_its_people_are_known_by_their_number() -> None:
    assert story(BEGAN)[0]["subject"] == "demo:ada"
    assert EDITION > 1


def test_some_are_known_to_a_second_system_in_another_way(demo: Content) -> None:
    records = {str(record["candidate"]): record for record in demo.records}

    for first in KNOWN_TOO:
        second = records[first.replace("demo:", "gem:")]
        assert second["name"] != records[first]["name"]
        assert second["location"] == records[first]["location"]


def test_a_resume_of_each_kind_is_read_and_one_is_of_somebody_who_is_known(demo: Content) -> None:
    read = []
    for one in resumes():
        answer = io.BytesIO()
        read_document(io.BytesIO(one), answer, today=(2026, 3), pages=10, unpacked_mib=10)
        read.append(orjson.loads(answer.getvalue()))

    assert [kind for kind, _ in read] == ["text resume", "docx resume", "pdf resume"]
    assert [one["name"]["value"] for _, one in read] == ["Camille Lefèvre", "Tamsin Okafor", "Rui Almeida"]
    assert all(one["emails"] and one["phones"] and one["positions"] and len(one["skills"]) > 4 for _, one in read)
    known = {str(address).casefold() for record in demo.records for address in record.get("emails", [])}
    assert [one["emails"][0]["value"] in known for _, one in read] == [True, False, False]
    assert resumes() == resumes()


def test_the_table_to_try_an_import_with_is_as_untidy_as_such_tables_are(demo: Content) -> None:
    file = Path("docs/try/people.csv").read_bytes()
    encoding = encoding_of([file])
    found = csv_table(io.StringIO(file.decode(encoding)), encoding=encoding, limits=Limits(columns=10, rows=100))
    rows = list(found.rows)

    assert (found.format.encoding, found.format.delimiter, found.format.header_line) == ("cp1252", ";", 4)
    assert sum(isinstance(row, BadRow) for row in rows) == 1
    assert len(rows) == 10
    known = {str(address).casefold() for record in demo.records for address in record.get("emails", [])}
    assert sum("FRIEDA.BRANDT@example.org".casefold() in str(row).casefold() for row in rows) == 1
    assert "frieda.brandt@example.org" in known
