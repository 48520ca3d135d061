"""A mapping file says what columns and activities mean; a wrong one is refused before anything is posted."""

from pathlib import Path
from typing import Any

import pytest

from rekindle.replay.mapping import BadValue, LogMapping, NoFact
from rekindle.replay.mapping_file import MappingFileError, read_mapping
from rekindle.replay.rows import Row

SHIPPED = Path(__file__).parents[3] / "rekindle/replay/mappings/hiring_log.toml"

MAPPING = """
source = "log"
ignore = ["Assign Recruiter"]
[columns]
id = "event"
time = "time"
case = "case"
activity = "activity"
[position]
reference = "log:job"
[activities."apply"]
type = "pursuit.applied"
columns = { recruiter = "by" }
[activities."decline"]
type = "rekindle.pursuit.declined"
data = { reason = "salary", facts = { currency = "EUR" } }
columns = { "facts.asked" = "salary" }
"""


def mapping_of(path: Path, text: str = MAPPING) -> LogMapping:
    file = path / "mapping.toml"
    file.write_text(text)
    return read_mapping(file)


def row(**values: str) -> Row:
    usual = {"event": "7", "time": "2026-03-01T10:00:00Z", "case": "c1", "activity": "apply", "by": "", "salary": ""}
    return Row(2, usual | values)


def test_a_row_becomes_the_event_that_is_posted(tmp_path: Path) -> None:
    read = mapping_of(tmp_path).read(row(by="maria"))

    assert read == {
        "specversion": "1.0",
        "source": "log",
        "id": "7",
        "type": "rekindle.pursuit.applied",
        "subject": "log:c1",
        "time": "2026-03-01T10:00:00Z",
        "data": {"position": "log:job", "recruiter": "maria"},
    }


CODES = """{ column = "by", slug = true, map = { "Tom Cat" = "tom" } }"""


@pytest.mark.parametrize(
    ("value", "code"),
    [("Maria O'Neil", "maria-o-neil"), ("José  Müller", "jose-muller"), (" tom  CAT ", "tom"), ("maria_1.x", "maria_1.x")],
)
def test_a_code_is_made_of_a_value_or_looked_up(tmp_path: Path, value: str, code: str) -> None:
    read = mapping_of(tmp_path, MAPPING.replace('"by" }', f"{CODES} }}")).read(row(by=value))

    assert not isinstance(read, NoFact)
    assert read["data"]["recruiter"] == code


@pytest.mark.parametrize(
    ("codes", "value", "said"),
    [
        ('{ column = "by", map = { "Tom" = "tom" } }', "Maria", "by 'Maria' is not in its map"),
        ('{ column = "by", slug = true }', "!!", "has no letter or digit"),
    ],
)
def test_a_value_without_a_code_is_a_bad_row(tmp_path: Path, codes: str, value: str, said: str) -> None:
    mapping = mapping_of(tmp_path, MAPPING.replace('"by" }', f"{codes} }}"))

    with pytest.raises(BadValue, match=said):
        mapping.read(row(by=value))


def test_columns_fill_nested_data_and_leave_constants_as_they_are(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path)

    first = _event(mapping.read(row(activity="decline", salary="85000")))
    second = _event(mapping.read(row(activity="decline")))

    assert first["data"]["facts"] == {"asked": 85000, "currency": "EUR"}
    assert second["data"]["facts"] == {"currency": "EUR"}


@pytest.mark.parametrize(
    ("type_name", "field", "cell", "value"),
    [
        ("pursuit.contacted", "words", "74", 74),
        ("pursuit.offered", "amount", "90000.5", 90000.5),
        ("pursuit.declined", "facts.asked", "85000", 85000),
        ("pursuit.declined", "facts.remote", "True", True),
        ("pursuit.responded", "auto", "false", False),
        ("pursuit.contacted", "recruiter", "74", "74"),
        ("pursuit.contacted", "words", "many", None),
        ("pursuit.offered", "amount", "inf", None),
        ("pursuit.offered", "amount", "9" * 5000, None),
        ("pursuit.responded", "auto", "1", None),
    ],
)
def test_a_cell_is_read_as_the_value_that_its_field_takes(
    tmp_path: Path, type_name: str, field: str, cell: str, value: object
) -> None:
    sent = f'[activities."act"]\ntype = "{type_name}"\ncolumns = {{ channel = "by", "{field}" = "salary" }}\n'
    mapping = mapping_of(tmp_path, MAPPING.partition('[activities."apply"]')[0] + sent)
    given = row(activity="act", salary=cell, by="email")

    if value is None:
        with pytest.raises(BadValue, match="salary '"):
            mapping.read(given)
        return
    found = _event(mapping.read(given))["data"]
    for part in field.split("."):
        found = found[part]
    assert (found, type(found)) == (value, type(value))


def _event(read: dict[str, Any] | NoFact) -> dict[str, Any]:
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("activity", ["Apply", " apply ", "APPLY"])
def test_activities_are_compared_without_case_and_spaces(tmp_path: Path, activity: str) -> None:
    assert _event(mapping_of(tmp_path).read(row(activity=activity)))["type"] == "rekindle.pursuit.applied"


def test_an_activity_without_a_meaning_says_whether_that_was_expected(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path)

    assert mapping.read(row(activity="assign recruiter")) == NoFact("assign recruiter", expected=True)
    assert mapping.read(row(activity="send gift")) == NoFact("send gift", expected=False)


def test_the_position_may_be_a_column(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, MAPPING.replace('reference = "log:job"', 'column = "salary"'))

    assert _event(mapping.read(row(salary="v-1")))["data"]["position"] == "log:v-1"


def test_several_columns_name_an_event_together(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, MAPPING.replace('id = "event"', 'id = ["event", "case"]'))

    assert _event(mapping.read(row()))["id"] == "7:c1"


@pytest.mark.parametrize(
    ("time", "posted"),
    [
        ("2026-03-01 10:00:00+00:00", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00.123+02:00", "2026-03-01T08:00:00.123000Z"),
        ("2026-03-01T10:00:00", "2026-03-01T09:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
    ],
)
def test_times_are_read_in_their_zone_or_in_the_mapping_s(tmp_path: Path, time: str, posted: str) -> None:
    mapping = mapping_of(tmp_path, MAPPING + '\n[file]\ntime_zone = "Europe/Berlin"\n')

    assert _event(mapping.read(row(time=time)))["time"] == posted


def test_times_may_have_a_form_of_their_own(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, MAPPING + '\n[file]\ntime_zone = "UTC"\ntime_format = "%d.%m.%Y %H:%M"\n')

    assert _event(mapping.read(row(time="01.03.2026 10:00")))["time"] == "2026-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"event": " "}, "event is empty"),
        ({"event": "x" * 501}, "event must have at most 500 characters"),
        ({"case": ""}, "case is empty"),
        ({"case": "a\tb"}, "case must have 1 to 200 printable characters"),
        ({"case": "x" * 201}, "case must have 1 to 200 printable characters"),
        ({"activity": ""}, "activity is empty"),
        ({"time": ""}, "time is empty"),
        ({"time": "yesterday"}, "time 'yesterday' is no time"),
        ({"time": "2026-02-30T10:00:00Z"}, "is no time in ISO 8601"),
        ({"time": "2026-03-01T10:00:00"}, "has no zone"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "0001-01-01"),
        ({"time": "9999-12-31T00:00:00Z"}, "9999-12-31"),
        ({"time": "yesterday", "activity": "assign recruiter"}, "is no time"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(tmp_path: Path, values: dict[str, str], why: str) -> None:
    with pytest.raises(BadValue, match=why):
        mapping_of(tmp_path).read(row(**values))


@pytest.mark.parametrize(
    ("wrong", "right", "problem"),
    [
        ('source = "Log"', 'source = "log"', "source: must be 1 to 50 of a-z"),
        ('source = "rekindle"', 'source = "log"', "not rekindle"),
        ("", 'source = "log"', "source: is missing"),
        ("", 'case = "case"', "columns.case: is missing"),
        ("", 'id = "event"', "columns.id: is missing"),
        ('id = [""]', 'id = "event"', "columns.id: must be a text or a list of texts"),
        ("case = 3", 'case = "case"', "columns.case: must be text that is not empty"),
        ('reference = "job"', 'reference = "log:job"', "position.reference: must be a UUID or"),
        ('reference = "log:job"\ncolumn = "x"', 'reference = "log:job"', "takes `reference` or `column`, not both"),
        ('reference = ""', 'reference = "log:job"', "position.reference: must be text that is not empty"),
        ('type = "pursuit.promoted"', 'type = "pursuit.applied"', "rekindle.pursuit.promoted is none of"),
        ('reason = "money"', 'reason = "salary"', 'activities."decline".data.reason: must be'),
        ('reason = "do_not_contact"', 'reason = "salary"', "takes no facts"),
        ("colour", '"facts.asked"', "columns.colour: rekindle.pursuit.declined has no such field"),
        ('colour = "red"', 'reason = "salary"', "data.colour: is not a known field"),
        ('[activities."APPLY"]', '[activities."decline"]', 'is the same name as "apply"'),
        ('ignore = ["Decline"]', 'ignore = ["Assign Recruiter"]', '"decline" is in [activities] too'),
        ("ignroe = []", 'ignore = ["Assign Recruiter"]', "ignroe: is no key here"),
        ("position = 3", '[position]\nreference = "log:job"', "must be a table"),
        ("= 3", 'source = "log"', "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_key_and_rule(tmp_path: Path, wrong: str, right: str, problem: str) -> None:
    assert right in MAPPING
    without = MAPPING.replace(right, "")
    text = f"{wrong}\n{without}" if wrong == "position = 3" else MAPPING.replace(right, wrong)

    with pytest.raises(MappingFileError) as refused:
        mapping_of(tmp_path, text)

    assert problem in str(refused.value)
    assert str(refused.value).count("columns.id:") <= 1, "a problem is said once"


@pytest.mark.parametrize(
    ("addition", "problem"),
    [
        ('[file]\ntime_zone = "Mars/Olympus"', "file.time_zone: 'Mars/Olympus' is no time zone"),
        ('[file]\ndelimiter = ";;"', "file.delimiter: must be one character"),
        ('[activities."meet"]\ntype = "pursuit.contacted"', 'activities."meet".data.channel: is required'),
        ('[activities]\nmeet = "pursuit.contacted"', 'activities."meet": must be a table with a type'),
    ],
)
def test_a_wrong_addition_is_refused(tmp_path: Path, addition: str, problem: str) -> None:
    with pytest.raises(MappingFileError) as refused:
        mapping_of(tmp_path, f"{MAPPING}\n{addition}\n")

    assert problem in str(refused.value)


def test_a_position_that_is_needed_and_not_given_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingFileError, match="position: is required"):
        mapping_of(tmp_path, MAPPING.replace('reference = "log:job"', ""))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(MappingFileError) as refused:
        mapping_of(tmp_path, 'source = "Log"\ncolour = "red"\n')

    assert len(str(refused.value).splitlines()) == 7


def test_the_shipped_mapping_is_one() -> None:
    mapping = read_mapping(SHIPPED)

    assert mapping.columns == {"event", "time", "application", "activity"}
    assert len(mapping.activities) == 8
    assert len(mapping.ignored) == 4
