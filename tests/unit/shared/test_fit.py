"""Whether a person meets what a position asks for, and whether two positions are similar: every rule by table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import Answer, Outline, Profile, fit_of, is_within_one, level_distance, part_met, similarity_of

MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN
ADA = Profile(frozenset({"python", "postgresql"}), Level.SENIOR, 7)
NOBODY, PYTHONISTA = Profile(), Profile(frozenset({"python"}))


@pytest.mark.parametrize(
    ("part", "profile", "answer", "why"),
    [
        (Part(skills_any=["python"]), ADA, MET, "has python"),
        (Part(skills_any=["go", "postgres"]), ADA, MET, "has postgresql"),
        (Part(skills_any=["go", "rust"]), ADA, NOT_MET, "lacks go or rust"),
        (Part(skills_any=["go"]), NOBODY, NOT_KNOWN, "needs go, skills not known"),
        (Part(level_from=Level.SENIOR), ADA, MET, "is senior, needs senior or higher"),
        (Part(level_from=Level.MID), ADA, MET, "is senior, needs mid or higher"),
        (Part(level_from=Level.LEAD), ADA, NOT_MET, "is senior, needs lead or higher"),
        (Part(level_from=Level.LEAD), NOBODY, NOT_KNOWN, "needs lead or higher, level not known"),
        (Part(years_from=7), ADA, MET, "has 7 years, needs 7"),
        (Part(years_from=7.5), ADA, NOT_MET, "has 7 years, needs 7.5"),
        (Part(years_from=1), NOBODY, NOT_KNOWN, "needs 1 years, years not known"),
        (Part(), ADA, NOT_KNOWN, "states nothing that a record could show"),
        (Part(skills_any=["python"], years_from=5), ADA, MET, "has python; has 7 years, needs 5"),
        (Part(skills_any=["python"], years_from=9), ADA, NOT_MET, "has python; has 7 years, needs 9"),
        (Part(skills_any=["go"], years_from=5), PYTHONISTA, NOT_MET, "lacks go; needs 5 years, years not known"),
        (Part(skills_any=["python"], years_from=5), PYTHONISTA, NOT_KNOWN, "has python; needs 5 years, years not known"),
    ],
)  # fmt: skip
def test_a_part_is_met_not_met_or_not_known(part: Part, profile: Profile, answer: Answer, why: str) -> None:
    found = part_met(part, profile)

    assert (found.answer, found.why) == (answer, why)


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ([], MET),
        ([Part(skills_any=["python"]), Part(years_from=5)], MET),
        ([Part(skills_any=["python"]), Part(years_from=9)], NOT_MET),
        ([Part(skills_any=["python"]), Part()], NOT_KNOWN),
        ([Part(), Part(years_from=9)], NOT_MET),
    ],
)
def test_who_meets_all_parts_fits_and_what_is_not_known_is_apart(parts: list[Part], answer: Answer) -> None:
    fit = fit_of(parts, ADA)

    assert fit.answer is answer
    assert len(fit.parts) == len(parts)


def test_levels_are_as_far_apart_as_in_the_order_of_the_vocabulary() -> None:
    assert [level_distance(Level.INTERN, level) for level in Level] == list(range(10))
    assert level_distance(Level.STAFF, Level.SENIOR) == 2
    assert (is_within_one(Level.SENIOR, Level.LEAD), is_within_one(Level.SENIOR, Level.STAFF)) == (True, False)
    assert level_distance(None, Level.LEAD) is is_within_one(Level.LEAD, None) is None


JOB = Outline(frozenset({"python", "kafka"}), Level.SENIOR, frozenset({"DE"}), False)


@pytest.mark.parametrize(
    ("other", "answer", "why"),
    [
        (JOB, MET, "needs kafka and python too; senior too; in DE too"),
        (
            Outline(frozenset({"python"}), Level.LEAD, frozenset({"FR"}), True),
            MET,
            "needs python too; lead, next to senior; remote",
        ),
        (Outline(frozenset({"python"})), MET, "needs python too"),
        (Outline(frozenset({"python"}), Level.STAFF, frozenset({"DE"})), NOT_MET, "staff, more than one level from senior"),
        (Outline(frozenset({"python"}), Level.MID, frozenset({"FR", "AT"})), NOT_MET, "in AT and FR instead of DE"),
        (Outline(frozenset({"go"}), Level.SENIOR, frozenset({"DE"})), NOT_MET, "no skill in common"),
        (Outline(frozenset(), Level.SENIOR, frozenset({"DE"})), NOT_KNOWN, "skills not known; senior too; in DE too"),
        (Outline(frozenset(), Level.INTERN, frozenset({"DE"})), NOT_MET, "intern, more than one level from senior"),
    ],
)
def test_positions_are_similar_by_skills_level_and_place(other: Outline, answer: Answer, why: str) -> None:
    found = similarity_of(JOB, other)

    assert (found.answer, found.why) == (answer, why)


SKILLS = st.sampled_from(["python", "go", "kafka", "rust"])
PROFILES = st.builds(
    Profile, st.frozensets(SKILLS), st.none() | st.sampled_from(Level), st.none() | st.floats(0, 40, allow_nan=False)
)
PARTS = st.lists(
    st.builds(
        Part,
        skills_any=st.lists(SKILLS, unique=True, max_size=3),
        level_from=st.none() | st.sampled_from(Level),
        years_from=st.none() | st.floats(0, 40, allow_nan=False),
    ),
    max_size=4,
)


@given(PARTS, PROFILES, SKILLS)
def test_gaining_skills_and_years_never_loses_a_fit(parts: list[Part], profile: Profile, gained: str) -> None:
    if fit_of(parts, profile).answer is MET:
        more = Profile(profile.skills | {gained}, profile.level, None if profile.years is None else profile.years + 1)
        assert fit_of(parts, more).answer is MET


@given(PARTS, PROFILES)
def test_asking_for_less_never_loses_a_fit(parts: list[Part], profile: Profile) -> None:
    before = fit_of(parts, profile).answer
    for left_out in range(len(parts)):
        fewer = fit_of(parts[:left_out] + parts[left_out + 1 :], profile).answer
        assert fewer is MET or fewer is before or before is NOT_MET
