"""A skill has one spelling, whoever writes it."""

import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import skills
from shared.events import CandidateChanged
from shared.skills import LONGEST, skill_keys, skill_of

LIST: dict[str, list[str]] = tomllib.loads(Path(skills.__file__).with_suffix(".toml").read_text())


@pytest.mark.parametrize(
    ("spellings", "skill"),
    [
        (("postgres", "PostgreSQL", " PGSQL ", "Postgre\u00a0SQL"), "postgresql"),
        (("golang", "Go", "Go  Lang"), "go"),
        (("js", "JavaScript", "Java Script"), "javascript"),
        (("C#", "csharp", "C♯"), "c#"),
        (("C++", "cpp"), "c++"),
        (("K8s", "Kubernetes"), "kubernetes"),
        (("Microsoft Excel", "MS  Excel", "EXCEL"), "excel"),
        (("Köchin", "ko\u0308chin", "KÖCHIN"), "köchin"),
    ],
)
def test_spellings_of_a_skill_are_one(spellings: tuple[str, ...], skill: str) -> None:
    assert {skill_of(spelling) for spelling in spellings} == {skill}
    assert skill_keys(spellings) == [skill]


def test_names_and_aliases_of_the_list_are_each_there_once() -> None:
    aliases = [alias for others in LIST.values() for alias in others]

    assert len(skills.aliases()) == len(aliases), "no alias of two names"
    assert [name for name in LIST if skill_of(name) != name] == [], "a name is no alias of another, and written as it is stored"
    assert [alias for alias in aliases if skill_of(alias) == alias] == []


@given(st.text(max_size=LONGEST + 10))
def test_a_spelling_is_its_own_however_its_letters_are_composed(text: str) -> None:
    skill = skill_of(text)

    assert skill_of(skill) == skill
    assert len(skill) <= LONGEST
    assert {skill_of(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")} == {skill}


def test_a_snapshot_of_before_is_read_in_the_spellings_of_now() -> None:
    stream = "0b5f0e86-4a53-5c0c-8a4e-6b9a3a0b7c11"
    snapshot = {"candidate_id": stream, "person_id": stream, "skills": ["golang", "go", "postgres"]}

    assert CandidateChanged.model_validate(snapshot).skills == ["go", "postgresql"]
