"""A scope protects what it names from every side: no change, and no other call, tells what reading would not."""

from collections.abc import Callable
from typing import Any

from tests.integration.candidates.conftest import Caller

SECRETS = ("Ada Byron", "ada@example.org", "Countess", "Staff engineer", "gem:77")


async def test_who_may_only_write_is_not_told_what_is_there(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("greenhouse:1", name="Ada Byron", title="Countess", emails=["ada@example.org"], references=["gem:77"])
    known = await ats.patched("greenhouse:2", thing="positions", title="Staff engineer")
    writer = caller("candidates:write", name="writer")

    changed = [
        await writer.patch("greenhouse:1"),
        await writer.patch("greenhouse:1", level="senior"),
        await writer.patch("greenhouse:2", thing="positions"),
        await writer.unlink("greenhouse:1", "gem:77"),
        await writer.patch("greenhouse:3", name="Somebody"),
    ]

    assert [answer.status_code for answer in changed] == [200, 200, 200, 200, 201]
    assert {frozenset(answer.json()) for answer in changed} == {frozenset({"id", "after", "after_each", "refused"})}
    assert not any(secret in answer.text for answer in changed for secret in SECRETS)
    assert changed[2].json() == {"id": known["id"], "after": known["after"], "after_each": [known["after"]], "refused": []}
    assert (await ats.read("greenhouse:1"))["level"] == "senior"


async def test_a_guess_is_not_confirmed(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("greenhouse:1", name="Ada Byron", emails=["ada@example.org"])
    guesses: dict[str, Any] = {"name": "Somebody else", "emails": ["other@example.org"], "observed_at": "2020-01-01"}
    writer = caller("candidates:write", name="guesser")
    reader = caller("candidates:write", "candidates:read", name="reader")
    batch = [{"candidate": "greenhouse:1", **guesses}]

    assert "ignored" not in (await writer.patch("greenhouse:1", **guesses)).json()
    assert (await reader.patch("greenhouse:1", **guesses)).json()["ignored"] == ["name"]
    (blind,) = (await writer.ask("POST", "/v1/candidates/batch", json=batch)).json()["items"]
    (seen,) = (await reader.ask("POST", "/v1/candidates/batch", json=batch)).json()["items"]
    assert blind.keys() == {"index", "status", "id", "after", "refused"}
    assert (seen["ignored"], seen["references"]) == (["name"], ["greenhouse:1"])


async def test_who_may_see_no_addresses_does_not_find_their_owners(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("greenhouse:1", name="Ada Byron", emails=["ada@example.org"])
    prober = caller("candidates:read", "candidates:write", name="prober")
    await prober.patched("probe:1", emails=["ada@example.org"])

    answers = [
        await prober.ask("GET", "/v1/duplicates?candidate=probe:1"),
        await prober.ask("GET", "/v1/candidates?email=ada@example.org"),
        await prober.ask("GET", "/v1/candidates/probe:1/history"),
        await prober.ask("GET", "/v1/candidates/probe:1"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 200, 200]
    assert not any(secret in answer.text for answer in answers for secret in ("Ada Byron", "ada@example.org", "greenhouse:1"))
