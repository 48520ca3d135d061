"""Until when a person is kept, by the first rule that concerns them, and when they may go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.candidates.domain.retention import Held, RetentionPolicy, Rule, due, is_listed, may_go, months_after, state_of
from services.candidates.retention_rules import SHIPPED, retention_policy
from shared.rule_file import RuleFileError

MADE = datetime(2025, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def held(**changes: Any) -> Held:
    given: dict[str, Any] = {
        "state": "never_contacted",
        "country": "DE",
        "sources": frozenset({"linkedin"}),
        "times": {"record": MADE},
        "is_reachable": True,
    }
    return Held(**given | changes)


def policy(*rules: Rule) -> RetentionPolicy:
    return RetentionPolicy(60 * DAY, 30 * DAY, rules or (Rule("All", 12),))


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        (datetime(2025, 1, 31, tzinfo=UTC), 1, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2023, 11, 30, tzinfo=UTC), 3, datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2025, 12, 15, tzinfo=UTC), 12, datetime(2026, 12, 15, tzinfo=UTC)),
        (datetime(2025, 12, 31, tzinfo=UTC), 1, datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_one(moment: datetime, months: int, later: datetime) -> None:
    assert months_after(moment, months) == later


def test_the_first_rule_that_concerns_a_person_counts_and_whom_none_concerns_is_kept() -> None:
    rules = policy(
        Rule("Elsewhere", 1, countries=frozenset({"FR"})),
        Rule("Of another source", 2, sources=frozenset({"gem"})),
        Rule("In touch", 3, states=frozenset({"answered"})),
        Rule("Here", 4, countries=frozenset({"DE"}), sources=frozenset({"gem", "linkedin"})),
    )

    found = due(held(), rules)

    assert found is not None
    assert (found.rule.name, found.at) == ("Here", months_after(MADE, 4))
    assert due(held(country=None), rules) is None
    assert due(held(state="hired"), policy(Rule("In touch", 3, states=frozenset({"answered"})))) is None


def test_the_latest_occasion_counts_and_a_contact_alone_only_where_the_rule_says_so() -> None:
    times = {"record": MADE, "response": MADE + 90 * DAY, "contact": MADE + 200 * DAY}

    plain, by_contact = due(held(times=times), policy()), due(held(times=times), policy(Rule("All", 12, since=("contact",))))

    assert plain is not None
    assert (plain.occasion, plain.since, plain.keeps) == ("response", MADE + 90 * DAY, ["an answer from them"])
    assert by_contact is not None
    assert (by_contact.since, by_contact.keeps) == (MADE + 200 * DAY, ["a contact"])
    assert due(held(), policy(Rule("All", 12, since=("contact",)))) is None


def test_who_can_be_reached_is_asked_first_and_has_time_to_answer() -> None:
    rules, over = policy(), months_after(MADE, 12)

    asked = due(held(asked_at=over - 10 * DAY), rules)
    long_ago = due(held(asked_at=over - 40 * DAY), rules)
    never, nobody = due(held(), rules), due(held(is_reachable=False), rules)

    assert (asked and asked.may_go_at, long_ago and long_ago.may_go_at) == (over + 20 * DAY, over)
    assert (never and never.may_go_at, nobody and nobody.may_go_at) == (None, over)
    assert asked is not None
    assert not may_go(asked, over + 19 * DAY)
    assert may_go(asked, over + 20 * DAY)


def test_who_was_asked_has_their_time_to_answer_whatever_became_of_their_address() -> None:
    over = months_after(MADE, 12)

    asked = due(held(asked_at=over - 10 * DAY, is_reachable=False), policy())

    assert asked is not None
    assert (asked.asked_at, asked.may_go_at) == (over - 10 * DAY, over + 20 * DAY)


@pytest.mark.parametrize("bond", [{"is_in_play": True}, {"state": "hired"}])
def test_whoever_is_in_play_or_was_hired_may_not_go_by_any_rule(bond: dict[str, Any]) -> None:
    for asked_at in (None, MADE + DAY):
        for is_reachable in (True, False):
            found = due(held(asked_at=asked_at, is_reachable=is_reachable, **bond), policy())

            assert found is not None
            assert found.may_go_at is None
            assert not may_go(found, found.at + 900 * DAY)


def test_an_answer_after_the_question_keeps_them_and_the_question_counts_no_longer() -> None:
    answered_at = MADE + 400 * DAY

    found = due(held(times={"record": MADE, "response": answered_at}, asked_at=answered_at - DAY), policy())

    assert found is not None
    assert (found.at, found.may_go_at) == (months_after(answered_at, 12), None)


def test_people_are_listed_so_long_before_their_time_is_over() -> None:
    found, over = due(held(), policy()), months_after(MADE, 12)

    assert found is not None
    assert [is_listed(found, policy(), over - days * DAY) for days in (61, 60, 0)] == [False, True, True]


def test_a_state_says_what_has_been() -> None:
    for times, is_hired, state in (
        ({"record": MADE}, False, "never_contacted"),
        ({"contact": MADE}, False, "unanswered"),
        ({"contact": MADE, "response": MADE}, False, "answered"),
        ({"response": MADE}, False, "answered"),
        ({"response": MADE}, True, "hired"),
    ):
        assert state_of(times, is_hired=is_hired) == state  # type: ignore[arg-type] # the literals of a table


def test_the_rules_that_come_with_the_release_keep_whom_we_hired() -> None:
    rules = retention_policy(None)

    assert due(held(), rules) is not None
    assert due(held(state="hired"), rules) is None
    assert "CANDIDATES_RETENTION" in SHIPPED.read_text()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('rules = []\nwarn_days = "60"\n', "2: warn_days: must be a valid integer"),
        ('[[rules]]\nname = "A"\nmonths = 0\n', "3: rules.0.months: must be greater than or equal to 1"),
        ('[[rules]]\nname = "A"\nmonths = 1\nstates = ["lost"]\n', "4: rules.0.states.0: must be"),
        ('[[rules]]\nname = "A"\nmonths = 1\n[[rules]]\nname = "A"\nmonths = 2\n', "rules: must not have two of one name: A"),
        ('[[rules]]\nname = "A"\nmonths = 1\n\n[[rules]]\nname = "B"\nmonths = "2"\n', "7: rules.1.months: must be"),
        ('[[rules]]\nname = "A"\nmonths = 1\n[[rules]]\nname = "B"\n', "4: rules.1.months: Field required"),
        ('[[rules]]\nname = "A"\nmonths = 1\nsince = []\n', "4: rules.0.since: "),
        ("warn_days = 1\n", "rules: Field required"),
        ("[[rules]\n", "1: is not TOML"),
    ],
)
def test_a_wrong_file_names_line_and_rule(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(text)

    with pytest.raises(RuleFileError) as raised:
        retention_policy(file)

    assert fault in str(raised.value)
