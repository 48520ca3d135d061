"""Tokens of the deployment: how long, and when they are renewed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rekindle.embedded import tokens
from rekindle.embedded.folder import DataFolder

DAY = 86400.0


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("12h", 0.5), ("36m", 0.025), ("3650d", 3650)])
def test_lengths_of_time(text: str, days: float) -> None:
    assert tokens.days_of(text) == pytest.approx(days)


@pytest.mark.parametrize("text", ["", "d", "90", "0d", "-1d", "1.5d", "3651d", "1w", "٣d٣"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time"):
        tokens.days_of(text)


async def test_own_tokens_are_kept_until_shortly_before_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issued: list[Sequence[tokens.Wanted]] = []

    async def issue_apart(keys: Path, wanted: Sequence[tokens.Wanted]) -> list[str]:
        issued.append(wanted)
        keys.mkdir(exist_ok=True)
        (keys / "jwks.json").touch()
        return [f"{one.name}-{len(issued)}" for one in wanted]

    monkeypatch.setattr(tokens, "issue_apart", issue_apart)
    folder = DataFolder(tmp_path)
    soon, late = DAY * (tokens.LIFE_DAYS - tokens.RENEW_DAYS - 1), DAY * (tokens.LIFE_DAYS - tokens.RENEW_DAYS + 1)

    assert await tokens.own_tokens(folder, "rekindle-a", now=0) == ("owner-1", "connectors-1")
    assert await tokens.own_tokens(folder, "rekindle-a", now=soon) == ("owner-1", "connectors-1")
    assert await tokens.own_tokens(folder, "rekindle-a", now=late) == ("owner-2", "connectors-2")
    assert await tokens.own_tokens(folder, "rekindle-b", now=late) == ("owner-3", "connectors-3")
    assert set(issued[0][0].scopes) == set(tokens.ALL_SCOPES)


def test_the_scopes_are_those_that_the_services_know() -> None:
    from shared.security.token_issuer import Scope

    assert {scope.value for scope in Scope} == set(tokens.ALL_SCOPES)
