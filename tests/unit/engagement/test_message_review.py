"""What a review finds in a message, and what it lets pass."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.review import Draft, Kind, Severity, Verdict, review
from services.engagement.domain.review.phrases import phrase_lists

SENTENCES = tomllib.loads(Path(__file__).with_name("review_sentences.toml").read_text(encoding="utf-8"))
SILENT = "says_nothing"
MESSAGES = tomllib.loads(Path(__file__).with_name("review_messages.toml").read_text(encoding="utf-8"))


def messages(judged: str) -> list[tuple[Kind, str]]:
    """The messages of our own that are ``good`` or ``bad``, and what each is meant to be."""
    return [(Kind(kind), text) for kind, of_kind in MESSAGES.items() for text in of_kind[judged]]


def codes(text: str, kind: Kind = Kind.FIRST_TOUCH, **known: object) -> set[str]:
    """The codes of a draft's findings."""
    return {finding.code for finding in review(Draft(text, kind, **known)).findings}  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "text"), messages("good"))
def test_a_good_message_passes(kind: Kind, text: str) -> None:
    answer = review(Draft(text, kind))

    assert (answer.verdict, [f for f in answer.findings if f.severity is not Severity.INFO]) == (Verdict.GOOD, [])


@pytest.mark.parametrize(("kind", "text"), messages("bad"))
def test_a_bad_message_does_not(kind: Kind, text: str) -> None:
    assert review(Draft(text, kind)).verdict is not Verdict.GOOD


def sentences(judged: str) -> list[tuple[str, str]]:
    """The sentences of our own, with the code that they are about; those that are sound in every respect with each code."""
    about = [(code, text) for code, of_code in SENTENCES.items() if code != "anything" for text in of_code[judged]]
    return about + [(code, text) for code in SENTENCES.keys() - {"anything", SILENT} for text in SENTENCES["anything"][judged]]


def is_found(code: str, text: str) -> bool:
    """Whether the review has the finding, as one to act on."""
    found = review(Draft(text, Kind.FEEDBACK if code == SILENT else Kind.FIRST_TOUCH)).findings
    meant = {SILENT, "empty_feedback"} if code == SILENT else {code}
    return any(one.code in meant and one.severity is not Severity.INFO for one in found)


@pytest.mark.parametrize(("code", "text"), sentences("bad"))
def test_what_a_recruiter_would_not_write_is_found(code: str, text: str) -> None:
    assert is_found(code, text)


@pytest.mark.parametrize(("code", "text"), sorted(sentences("good")))
def test_what_a_recruiter_may_write_is_not(code: str, text: str) -> None:
    assert not is_found(code, text)


def test_a_deadline_is_part_of_an_arrangement_with_somebody_who_answered() -> None:
    text = "Could you let me know by tomorrow which number I should call?"

    assert "false_scarcity" in codes(text)
    assert "false_scarcity" not in codes(text, Kind.REPLY)


@pytest.mark.parametrize(
    "placeholder",
    [
        "[First Name]", "[CANDIDATE_NAME]", "{{first_name}}", "{{ candidate.name | default: 'x' }}", "{first_name}", "{%if x%}",
        "{!Contact.FirstName}", "${name}", "<%= name %>", "<<Name>>", "*|FNAME|*", "%%First_Name%%", "%FIRSTNAME%", "[[name]]",
        "<First Name>", "\u00abName\u00bb", "XXX", "TBD", "$X-$Y", "INSERT NAME", "Lorem ipsum",
    ],
)  # fmt: skip
def test_a_placeholder_of_any_template_language_stops_it(placeholder: str) -> None:
    text = f"Hi there {placeholder}, thank you."
    answer = review(Draft(text, Kind.REPLY))

    assert answer.verdict is Verdict.STOP
    assert [text[slice(*f.span)] for f in answer.findings if f.code == "placeholder" and f.span] == [placeholder]


@pytest.mark.parametrize("greeting", ["Hi null,", "Dear ,", "Hello undefined, how are you?", "Hi None"])
def test_a_greeting_without_a_name_stops_it(greeting: str) -> None:
    assert "placeholder" in codes(greeting, Kind.REPLY)


@pytest.mark.parametrize(
    "text",
    [
        "See [our handbook](https://example.org/handbook).",
        "As said in [1], a < b and c > d.",
        "It pays $100 and 5% more; use <b>bold</b> or <ada@example.org>.",
        "We pay 90 % of it, and {} is an empty set.",
    ],
)
def test_what_only_looks_like_one_does_not(text: str) -> None:
    assert "placeholder" not in codes(text, Kind.REPLY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("This is your last chance.", "false_scarcity"),
        ("The role won\u2019t be open long.", "false_scarcity"),
        ("I need your answer by end of day.", "pressure"),
        ("You are not good enough for us.", "belittling"),
        ("It is a perfect fit.", "exaggeration"),
        ("I came across your\n profile.", "generic_opening"),
        ("We have an excelent team.", "spelling"),
        ("Let me know if your interested.", "grammar"),
        ("We pay a competitive salary.", "vague_salary"),
        ("Dear applicant, hello.", "impersonal"),
        ("#Hiring #People", "hashtags"),
        ("Great! Really! Now!", "shouting"),
        ("", "empty"),
        (" \n\t", "empty"),
        ("Re: hello\nHi Ada", "false_thread"),
        ("As a senior engineer you may like our unpaid internship.", "level_mismatch"),
        ("Requirements: Java.", "pitch_too_early"),
        ("What? Who? When?", "many_questions"),
    ],
)
def test_each_rule_finds_its_kind(text: str, code: str) -> None:
    assert code in codes(text)


def test_a_first_message_has_a_length_and_a_pitch_has_none() -> None:
    long = "word " * 121

    assert "too_long" in codes(long)
    assert "too_long" not in codes("word " * 120)
    assert "too_long" not in codes(long, Kind.PITCH)


def test_a_detail_that_the_record_confirms_is_personal_enough() -> None:
    text = "Hi Ada, I think of query planners whenever a page is slow. May I ask you something?"

    assert "no_personal_detail" in codes(text)
    assert "no_personal_detail" in codes(text, known=["plays the cello"])
    assert not {"no_personal_detail", "unconfirmed_detail"} & codes(text, known=["spoke about query planners"])
    assert "unconfirmed_detail" in codes("Hi Ada, your talk was good. May I ask?", known=["plays the cello"])


def test_a_pitch_is_specific_honest_and_asked_for() -> None:
    text = "Here is the role. It is in Berlin."

    assert {"no_salary", "no_downside", "no_tasks"} <= codes(text, Kind.PITCH)
    assert "pitch_before_interest" in codes(text, Kind.PITCH, is_interested=False)
    assert "pitch_before_interest" not in codes(text, Kind.PITCH, is_interested=True)
    assert "pitch_before_interest" not in codes(text, Kind.PITCH)


def test_more_about_us_than_about_them() -> None:
    assert "about_us" in codes("We grow. Our team is big. We ship. Our office is new. I like it.")
    assert "about_us" not in codes("We grow. You lead your team. You ship. We care about your view.")


def test_a_near_copy_is_a_finding() -> None:
    good = Draft(MESSAGES["first_touch"]["good"][0], Kind.FIRST_TOUCH)

    assert review(good, is_near_copy=True).verdict is Verdict.IMPROVE


def test_a_text_in_another_language_is_not_misspelt() -> None:
    text = "Guten Tag, vielen Dank f\u00fcr Ihren Vortrag, der unsere Frage beantwortet hat. Darf ich davon berichten?"

    assert "spelling" not in codes(text, Kind.REPLY)


def test_every_list_says_where_it_comes_from_and_what_to_do() -> None:
    assert len({(one.code, one.kinds) for one in phrase_lists()}) == len(phrase_lists())
    assert all(one.source and one.advice.endswith(".") and one.points > 0 for one in phrase_lists())
    assert {one.only_with for one in phrase_lists()} <= {None, "no_personal_detail", "says_nothing"}


@given(st.text(max_size=300), st.sampled_from(Kind))
def test_any_text_has_a_review_whose_parts_make_the_score(text: str, kind: Kind) -> None:
    answer = review(Draft(text, kind))

    assert answer.score == max(0, 100 + sum(part.points for part in answer.parts))
    assert {part.factor for part in answer.parts} == {finding.code for finding in answer.findings}
    for finding in answer.findings:
        assert finding.span is None or 0 <= finding.span[0] < finding.span[1] <= len(text)
