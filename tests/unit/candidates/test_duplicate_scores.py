"""How much speaks for two records being one person: by table, and whichever of the two comes first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.candidates.domain.duplicates.names import read_name
from services.candidates.domain.duplicates.profile import Profile, company_key, link_key, local_part, mailbox_of
from services.candidates.domain.duplicates.score import Score, score


def profile(**fields: Any) -> Profile:
    return Profile.of({"emails": [], "phones": [], "links": [], **fields})


def compare(one: dict[str, Any], other: dict[str, Any]) -> Score:
    return score(profile(**one), profile(**other))


def why(found: Score, signal: str) -> str:
    return next(one.why for one in found.evidence if one.signal == signal)


MAILBOX = {"emails": ["same@example.org"]}


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Ada Byron", "ADA  BYRON", "the same name"),
        ("Ada Byron", "Byron, Ada", "the same name in another order"),
        ("Dr. Ada Byron, PhD", "Ada Byron", "the same name"),
        ("Ludwig van Beethoven", "Ludwig Beethoven", "the same name"),
        ("Jürgen Müller", "Juergen Mueller", "the same name but for another spelling"),
        ("Bill Gates", "William Gates", "the same name but for a short or foreign form of a name"),
        ("Саша Иванов", "Alexander Ivanov", "the same name but for a short or foreign form of a name"),
        (
            "Юлия Щербакова",
            "Yulia Scherbakowa",
            "the same name but for a short or foreign form of a name and a word that sounds alike",
        ),
        ("محمد كريم", "Mohammed Karim", "the same name but for a word that sounds alike"),
        ("王伟", "Wei Wang", "the same name in another order"),
        ("김민준", "Minjun Kim", "the same name but for a word that sounds alike"),
        ("Minjun Kim", "Min-Jun Kim", "the same name, written in one word or in several"),
        ("Katarzyna Nowak", "Katarzyna Nopak", "the same name but for a slip of the pen"),
        ("J. Smith", "John Smith", "the same name but for an initial"),
        ("Ada King Byron", "Ada Byron", "the same name but for a further name"),
        ("Byron", "Ada Byron", "the same name but for the rest of a name that is one word elsewhere"),
    ],
)
def test_names_agree_by_several_readings(one: str, other: str, said: str) -> None:
    found = compare({"name": one, **MAILBOX}, {"name": other, **MAILBOX})

    assert why(found, "name") == said
    assert found.value > 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Keller", "Peter Keller"),
        ("Daniel Keller", "Daniela Keller"),
        ("Maria Rossi", "Mario Rossi"),
        ("John Smith Jr.", "John Smith Sr."),
        ("John Smith II", "John Smith III"),
        ("Ada Byron", "Grace Hopper"),
    ],
)
def test_families_and_strangers_are_never_likely(one: str, other: str) -> None:
    shared = {"emails": ["house@example.org"], "phones": ["+4930901820"], "location": {"country": "DE", "city": "Berlin"}}

    found = compare({"name": one, **shared}, {"name": other, **shared})

    assert not found.is_likely
    assert found.is_suggested


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("+491512345678", "+491512345678", "the same telephone"),
        ("+4930901820", "+4930901820", "the same landline, which others in the house may share"),
        ("+4930901820;ext=7", "+4930901820;ext=8", "no telephone in common"),
        ("+4930901820;ext=7", "+4930901820;ext=7", "the same extension of the same line"),
        ("+18005550199", "+18005550199", "the same service number"),
        ("015123456789", "+4915123456789", "the same telephone, once without its country's code"),
        ("12", "+4915123456712", "no telephone in common"),
    ],
)
def test_telephones_agree_as_far_as_they_say(one: str, other: str, said: str) -> None:
    assert why(compare({"phones": [one]}, {"phones": [other]}), "phone") == said


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://www.linkedin.com/in/Ada-Byron/", "linkedin.com/in/ada-byron"),
        ("https://de.linkedin.com/in/ada-byron?trk=x", "linkedin.com/in/ada-byron"),
        ("https://github.com/ada", "github.com/ada"),
        ("https://github.com/ada/engine", "github.com/ada"),
        ("https://x.com/ada", "twitter.com/ada"),
        ("https://analytical.example", None),
        ("https://blog.example/ada/", "blog.example/ada"),
        ("https://www.linkedin.com/company/analytical", None),
    ],
)
def test_links_lead_to_one_profile_however_they_are_written(link: str, key: str | None) -> None:
    assert link_key(link) == (key and key.replace("linkedin.com/in/", "linkedin.com/"))


def test_companies_are_the_same_whatever_their_legal_form() -> None:
    assert company_key("Müller & Söhne GmbH") == company_key("MULLER SOHNE") == "muller sohne"
    assert company_key("Holding AG") == "holding ag"


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("Ada.Byron+jobs@gmail.com", "adabyron@googlemail.com", True),
        ("ada.byron+x@outlook.com", "ada.byron@outlook.com", True),
        ("ada.byron@outlook.com", "adabyron@outlook.com", False),
        ("a.da@proton.me", "ada@pm.me", True),
        ("ada+x@example.org", "ada@example.org", False),
        ("ada@icloud.com", "ada@gmail.com", False),
    ],
)
def test_dots_and_plus_are_ignored_where_the_provider_does_so_alone(one: str, other: str, are_one: bool) -> None:
    assert (mailbox_of(one) == mailbox_of(other)) is are_one


def test_only_an_address_that_one_person_reads_has_a_name() -> None:
    assert local_part("ada.byron@example.org") == "adabyron"
    assert local_part("contact@example.org") is None
    assert local_part("ada@example.org") is None


TEXT = st.text(max_size=30)
RECORDS = st.fixed_dictionaries(
    {
        "name": st.one_of(st.none(), TEXT, st.sampled_from(["Ada Byron", "Byron Ada", "A. Byron", "王伟", "Jr."])),
        "company": st.one_of(st.none(), TEXT),
        "emails": st.lists(st.sampled_from(["a@b.c", "ada.byron@gmail.com", "adabyron@x.org"]), max_size=2),
        "phones": st.lists(st.sampled_from(["+4930901820", "030901820", "+4930901820;ext=1"]), max_size=2),
        "links": st.lists(
            st.sampled_from(["https://github.com/a", "https://github.com/b", "http://[", "https://a.b/c"]), max_size=2
        ),
    }
)


@given(RECORDS, RECORDS)
def test_the_score_is_that_of_the_evidence_whichever_comes_first(one: dict[str, Any], other: dict[str, Any]) -> None:
    mine, theirs = profile(**one), profile(**other)

    found = score(mine, theirs)

    assert found == score(theirs, mine) == score(Profile.read(mine.write()), Profile.read(theirs.write()))
    bits = sum(piece.weight for piece in found.evidence) - 10
    assert found.value == pytest.approx(1 / (1 + 2**-bits), abs=0.001)
    assert mine.keys() == Profile.read(mine.write()).keys()


@given(st.text(max_size=300))
def test_any_text_is_read_as_a_name(text: str) -> None:
    name = read_name(text)

    assert len(name.words) <= 6
    assert all(word.isascii() and word.isalnum() for word in name.words)
