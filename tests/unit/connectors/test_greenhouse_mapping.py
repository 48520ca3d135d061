"""The mapping file: its defaults, its order, and the errors of a wrong one."""

import pytest

from services.connectors.domain.greenhouse.body import Named
from services.connectors.domain.greenhouse.mapping_file import MappingFileError, read_mapping
from tests.unit.connectors.greenhouse_bodies import shipped_mapping


def named(name: str | None, external_id: str | None = None) -> Named:
    return Named(external_id, name)


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("Application Review", "interested"),
        ("Preliminary Phone Screen", "screening"),
        ("Recruiter Phone Screen", "screening"),
        ("Take Home Test", "screening"),
        ("Assessment", "screening"),
        ("Phone Interview", "interviewing"),
        ("Face to Face", "interviewing"),
        ("On-site interview", "interviewing"),
        ("Executive Interview", "interviewing"),
        ("Reference Check", "interviewing"),
        ("Background Check", "interviewing"),
        ("Offer", "interviewing"),
        ("Hiring Manager Review", "submitted"),
        ("New lead", "sourced"),
        ("Zodiac", None),
    ],
)
def test_the_defaults_know_usual_stages(name: str, stage: str | None) -> None:
    assert shipped_mapping().stage(named(name), "1") == stage


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lacking skill(s)/qualification(s)", "skills"),
        ("Doesn't have required experience", "experience"),
        ("Salary expectations too high", "salary"),
        ("Doesn't want to relocate", "location"),
        ("Accepted another offer", "accepted_elsewhere"),
        ("Rejected offer", "offer_declined"),
        ("Decided to stay at current company", "counter_offer"),
        ("Hired another candidate", "preferred_another"),
        ("Under- qualified", "experience"),
        ("Did not attend interview", "no_show"),
        ("Could not be contacted", "ghosted"),
        ("Not interested", "unspecified"),
    ],
)
def test_the_defaults_know_usual_reasons(name: str, code: str) -> None:
    meaning = shipped_mapping().closing(named(name), None)

    assert (meaning.code, meaning.known) == (code, True)


def test_sources_are_codes() -> None:
    mapping = shipped_mapping()

    assert mapping.via(named("LinkedIn (Prospecting)")) == "linkedin"
    assert mapping.via(named("Jobs page on your website")) == "inbound"
    assert mapping.via(named("Happy Hour")) == "happy-hour"
    assert mapping.via(named(None, "4")) is None
    assert mapping.via(None) is None


def test_the_job_decides_before_all_jobs_and_the_id_before_the_name() -> None:
    mapping = read_mapping(
        b"""
        [stages.ids]
        7 = "screening"
        [stages.names]
        "Chat" = "interested"
        [stages.words]
        "chat" = "contacted"
        [stages.jobs.9.names]
        "chat" = "interviewing"
        [recruiters]
        "92121" = "maria"
        """,
        "test",
    )

    assert mapping.stage(named("Chat", "7"), "9") == "interviewing"
    assert mapping.stage(named("Chat", "7"), "8") == "screening"
    assert mapping.stage(named("Chat", "6"), "8") == "interested"
    assert mapping.stage(named("A chat!", "6"), "8") == "contacted"
    assert mapping.recruiter("92121") == "maria"
    assert mapping.recruiter("5") == "greenhouse:5"
    assert mapping.recruiter("a@example.com") is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('[stages.names]\n"Chat" = "interview"', "stages.names.\"Chat\": 'interview' is no stage; choose one of sourced,"),
        ("[stages.jobs.9.ids]\n1 = 5", 'stages.jobs.9.ids."1": 5 is no stage'),
        ('[reasons.names]\n"Pay" = "money"', "reasons.names.\"Pay\": 'money' is no reason; choose one of career_change,"),
        ('[reasons.names]\n"Pay" = {close = "declined"}', 'reasons.names."Pay": None is no reason'),
        ('[reasons.names]\n"Pay" = {code = "salary", closed = 1}', 'reasons.names."Pay": closed: is no key here'),
        ('[reasons.types]\n"We" = "lost"', "reasons.types.\"We\": 'lost' is no close; choose one of rejected,"),
        ('[sources.names]\n"X" = "a b"', 'sources.names."X": must be a code'),
        ('[recruiters]\n1 = "a@example.com"', 'recruiters."1": must be a code'),
        ('[stages.names]\n"A-b" = "hired"\n"a B" = "hired"', 'stages.names."a B": is the same name as "A-b"'),
        ('[stages.names]\n"--" = "hired"', 'stages.names."--": must have a letter or a digit'),
        ("stages = 5", "stages: must be a table"),
        ("[stage]\n", "stage: is no key here; the keys are stages, reasons, sources, recruiters"),
        ("[stages]\nname = 1", "stages.name: is no key here"),
        ("x", "not TOML"),
    ],
)
def test_the_errors_of_a_wrong_file_name_the_key_and_the_rule(source: str, expected: str) -> None:
    with pytest.raises(MappingFileError) as raised:
        read_mapping(source.encode(), "my.toml")

    assert f"my.toml: {expected}" in str(raised.value)


def test_every_wrong_key_has_its_line() -> None:
    with pytest.raises(MappingFileError) as raised:
        read_mapping(b'[stages.names]\n"A" = "x"\n"B" = "y"', "my.toml")

    assert len(str(raised.value).splitlines()) == 2
