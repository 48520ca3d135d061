"""Tokens: only what this deployment's key, or a configured issuer's, signed for this deployment is taken, for its scopes."""

import base64
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from shared.security.auth import Principal, Unauthenticated, Verifier
from shared.security.token_issuer import Scope, ensure_keys, issue_token
from shared.settings import SharedSettings

HOUR = timedelta(hours=1)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path)
    return tmp_path


@pytest.fixture
def verifier(keys: Path) -> Verifier:
    return Verifier(SharedSettings(jwks_file=keys / "jwks.json", deployment="rekindle-test"))


def token(keys: Path, *scopes: str, issuer: str = "rekindle-test", expires_in: timedelta = HOUR) -> str:
    return issue_token(keys, issuer=issuer, name="ats", scopes=scopes or ("engagement:read",), expires_in=expires_in)


def signed(keys: Path, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token with other claims (None leaves one out), signed by the deployment's own key."""
    key = OKPKey.import_key(json.loads((keys / "signing.json").read_text()))
    now = int(time.time())
    claims = {"iss": "rekindle-test", "aud": "rekindle-test", "sub": "ats", "exp": now + 3600, "scope": "admin"} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "Ed25519", "kid": key.kid, **(header or {})}, claims, key, algorithms=["Ed25519"])


def encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_a_token_tells_who_asks_and_what_it_allows(keys: Path, verifier: Verifier) -> None:
    principal = verifier.verify(token(keys, "engagement:read", "engagement:write"))

    assert principal == Principal("ats", frozenset({"engagement:read", "engagement:write"}))
    assert principal.may("engagement:read")
    assert not principal.may("analytics:read")


@given(st.sampled_from([None, "a", "b"]), st.text("|ab"), st.sampled_from([None, "a", "b"]), st.text("|ab"))
def test_no_two_principals_share_an_identity(issuer: str | None, name: str, other_issuer: str | None, other_name: str) -> None:
    one, other = Principal(name, frozenset(), issuer), Principal(other_name, frozenset(), other_issuer)

    assert (one.identity == other.identity) == (one == other)


def test_admin_implies_no_other_scope(keys: Path, verifier: Verifier) -> None:
    assert [scope for scope in Scope if verifier.verify(token(keys, "admin")).may(scope)] == [Scope.ADMIN]


def test_a_scope_that_does_not_exist_is_not_issued(keys: Path) -> None:
    with pytest.raises(ValueError, match="candidates:read"):
        token(keys, "everything")


def test_an_expired_token_is_refused(keys: Path, verifier: Verifier) -> None:
    with pytest.raises(Unauthenticated, match="expired"):
        verifier.verify(token(keys, expires_in=timedelta(seconds=-31)))


def test_a_refusal_is_told_in_words(keys: Path, verifier: Verifier) -> None:
    header, payload, signature = token(keys).split(".")
    for bad, sent in (
        ("abc", "no signed JSON Web Token"),
        (f"{encoded({'alg': 'none'})}.{payload}.", "algorithm is not allowed"),
        (f"{header}.{encoded({'scope': 'admin'})}.{signature}", "signature does not match"),
        (signed(keys, {"kid": "of-another"}), "another deployment's"),
        (signed(keys, iss="rekindle-other"), "'iss'"),
    ):
        with pytest.raises(Unauthenticated, match=sent):
            verifier.verify(bad)


def test_clocks_may_differ_by_half_a_minute(keys: Path, verifier: Verifier) -> None:
    assert verifier.verify(token(keys, expires_in=timedelta(seconds=-10))).name == "ats"


def test_a_token_that_was_accepted_is_refused_once_it_expires(
    keys: Path, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_good = token(keys, expires_in=timedelta(seconds=20))
    assert verifier.verify(once_good).name == "ats"
    later = time.time() + 51
    monkeypatch.setattr("time.time", lambda: later)

    with pytest.raises(Unauthenticated):
        verifier.verify(once_good)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "rekindle-other"},
        {"iss": None},
        {"aud": "rekindle-other"},
        {"aud": ["a", "b"]},
        {"aud": None},
        {"sub": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": 4_102_444_800},
    ],
    ids=str,
)
def test_claims_that_are_wrong_or_missing_are_refused(keys: Path, verifier: Verifier, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(signed(keys, **changes))


@pytest.mark.parametrize("scope", [None, "", 7, ["admin"]])
def test_a_token_without_a_readable_scope_allows_nothing(keys: Path, verifier: Verifier, scope: object) -> None:
    assert not [one for one in Scope if verifier.verify(signed(keys, scope=scope)).may(one)]


def test_a_token_of_another_deployment_is_refused(tmp_path: Path, verifier: Verifier) -> None:
    other = tmp_path / "other"
    ensure_keys(other)

    with pytest.raises(Unauthenticated):
        verifier.verify(token(other))


def test_a_token_for_another_deployment_with_the_same_key_is_refused(keys: Path, verifier: Verifier) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(token(keys, issuer="rekindle-other"))


def test_an_unsigned_token_is_refused(keys: Path, verifier: Verifier) -> None:
    body = token(keys).split(".")[1]

    for header in ({"alg": "none"}, {"alg": "None"}, {"alg": ""}, {"typ": "JWT"}):
        with pytest.raises(Unauthenticated):
            verifier.verify(f"{encoded(header)}.{body}.")


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(keys: Path, verifier: Verifier) -> None:
    public = json.loads((keys / "jwks.json").read_text())["keys"][0]
    claims = {"iss": "rekindle-test", "aud": "rekindle-test", "sub": "ats", "exp": int(time.time()) + 60, "scope": "admin"}
    forged = jwt.encode({"alg": "HS256", "kid": public["kid"]}, claims, OctKey.import_key(public["x"] * 2))

    with pytest.raises(Unauthenticated):
        verifier.verify(forged)


@given(data=st.data())
def test_a_token_with_any_character_changed_is_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "changed"
    ensure_keys(folder)
    good = token(folder)
    fresh = Verifier(SharedSettings(jwks_file=folder / "jwks.json", deployment="rekindle-test"))
    place = data.draw(st.integers(0, len(good) - 2))  # the last character has bits that mean nothing
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda one: one != good[place]))

    with pytest.raises(Unauthenticated):
        fresh.verify(good[:place] + other + good[place + 1 :])


@given(
    text=st.text()
    | st.builds(lambda *parts: ".".join(encoded(part) for part in parts), *[st.none() | st.just({}) | st.just([])] * 3)
)
def test_a_made_up_token_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "made_up"
    ensure_keys(folder)

    with pytest.raises(Unauthenticated):
        Verifier(SharedSettings(jwks_file=folder / "jwks.json", deployment="rekindle-test")).verify(text)


def test_without_a_key_set_nothing_is_accepted(keys: Path) -> None:
    with pytest.raises(Unauthenticated, match="no key set"):
        Verifier(SharedSettings(deployment="rekindle-test")).verify(token(keys))


def test_a_new_key_is_read_without_a_restart_and_the_old_one_no_more(tmp_path: Path, keys: Path, verifier: Verifier) -> None:
    old, other_old = token(keys), token(keys, "admin")
    assert verifier.verify(old).name == "ats"
    new = tmp_path / "new"
    ensure_keys(new)
    (new / "jwks.json").replace(keys / "jwks.json")
    os.utime(keys / "jwks.json", ns=(1, 1))

    assert verifier.verify(token(new)).name == "ats"
    with pytest.raises(Unauthenticated):
        verifier.verify(other_old)


def test_two_keys_may_be_valid_while_one_takes_over(tmp_path: Path, keys: Path, verifier: Verifier) -> None:
    new = tmp_path / "new"
    ensure_keys(new)
    both = [json.loads((folder / "jwks.json").read_text())["keys"][0] for folder in (keys, new)]
    (keys / "jwks.json").write_text(json.dumps({"keys": both}))
    os.utime(keys / "jwks.json", ns=(2, 2))

    assert [verifier.verify(token(folder)).name for folder in (keys, new)] == ["ats", "ats"]


def test_a_configured_issuer_is_accepted_for_this_deployment_alone(tmp_path: Path, keys: Path) -> None:
    key = RSAKey.generate_key(2048, {"kid": "their-key"})
    (tmp_path / "oidc.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    verifier = Verifier(
        SharedSettings(
            jwks_file=keys / "jwks.json",
            deployment="rekindle-test",
            oidc_issuer="https://login.example.org",
            oidc_jwks_file=tmp_path / "oidc.json",
        )
    )

    def theirs(**changes: str) -> str:
        claims = {"iss": "https://login.example.org", "aud": "rekindle-test", "sub": "ada", "scope": "admin"}
        return jwt.encode({"alg": "RS256", "kid": "their-key"}, {**claims, "exp": int(time.time()) + 60, **changes}, key)

    assert verifier.verify(theirs()).name == "ada"
    assert verifier.verify(token(keys)).name == "ats"
    identities = [verifier.verify(one).identity for one in (theirs(sub="ats"), token(keys))]
    assert identities == ["https://login.example.org|ats", "ats"], "one name, two principals"
    for wrong in ({"aud": "another"}, {"iss": "rekindle-test"}):
        with pytest.raises(Unauthenticated):
            verifier.verify(theirs(**wrong))


def test_the_signing_key_is_its_owner_s_alone_and_made_once(keys: Path) -> None:
    before = (keys / "signing.json").read_text()
    ensure_keys(keys)

    assert (keys / "signing.json").read_text() == before
    assert (keys / "signing.json").stat().st_mode & 0o777 == 0o600
    assert "d" not in json.loads((keys / "jwks.json").read_text())["keys"][0]
