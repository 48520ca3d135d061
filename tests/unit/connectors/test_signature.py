"""Only who knows the secret can sign a body."""

import hashlib
import hmac

import pytest

from services.connectors.domain.signature import is_signed

BODY = b'{"action":"ping"}'
SECRET = "s3cret"
HEX = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("header", [f"sha256 {HEX}", f"SHA256 {HEX.upper()}", f"  sha256  {HEX} "])
def test_the_vendors_header_is_genuine(header: str) -> None:
    assert is_signed(BODY, header, SECRET)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256",
        f"sha1 {HEX}",
        HEX,
        f"sha256 {HEX[:-1]}",
        f"sha256 {HEX}0",
        "sha256 é",
        "sha256 \udcff",
        f"sha256={HEX}",
    ],
)
def test_anything_else_is_not(header: str | None) -> None:
    assert not is_signed(BODY, header, SECRET)


def test_another_body_or_secret_does_not_match() -> None:
    assert not is_signed(BODY + b" ", f"sha256 {HEX}", SECRET)
    assert not is_signed(BODY, f"sha256 {HEX}", "other")


def test_without_a_secret_nothing_is_genuine() -> None:
    signed_with_nothing = hmac.new(b"", BODY, hashlib.sha256).hexdigest()

    assert not is_signed(BODY, f"sha256 {signed_with_nothing}", "")
