"""/v1/tokens: who may call the API."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.dependencies import DeskDep, VerifierDep
from services.gateway.storage.tokens import Token
from services.gateway.use_cases import issue_token as issuing
from services.gateway.use_cases import list_tokens as listing
from services.gateway.use_cases import revoke_token as revoking
from shared.security.auth import requires
from shared.security.token_issuer import Scope, SignedToken
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/tokens", tags=["tokens"], route_class=StrictRoute, dependencies=[requires(Scope.ADMIN)])

_END = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))
_WEEK = 7 * 86400


class TokenItem(BaseModel):
    """A token, without the token itself, which is kept nowhere."""

    id: UUID = Field(description="The token's `jti` claim.")
    name: str = Field(description="Who uses it; the `sub` claim.", examples=["ats"])
    scopes: list[str] = Field(description="What it allows.", examples=[["engagement:write"]])
    status: Literal["valid", "revoked", "expired"]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = Field(None, description="From when on it is refused; ahead of now after a rotation.")

    @classmethod
    def of(cls, token: Token) -> "TokenItem":
        now = datetime.now(UTC)
        is_revoked = token.revoked_at is not None and token.revoked_at <= now
        return cls(
            id=token.id,
            name=token.name,
            scopes=list(token.scopes),
            status="revoked" if is_revoked else "expired" if token.expires_at <= now else "valid",
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )


class TokenPage(BaseModel):
    """Tokens, the newest first."""

    items: list[TokenItem]
    next_cursor: str | None


class TokenCreate(BaseModel):
    """A token to issue."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, description="Who will use it; shown in logs.", examples=["ats"])
    scopes: list[Scope] = Field(min_length=1, max_length=20, description="What it allows.", examples=[["engagement:write"]])
    expires_in_days: float = Field(90, gt=0, le=3650, description="How long it is valid, in days.")


class NewToken(BaseModel):
    """A token that was issued. This is the only answer that holds it."""

    id: UUID = Field(description="The token's `jti` claim.")
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    token: str = Field(description="Send it as `Authorization: Bearer <token>`. It is not shown again.")

    @classmethod
    def of(cls, signed: SignedToken) -> "NewToken":
        return cls(
            id=signed.id,
            name=signed.name,
            scopes=list(signed.scopes),
            created_at=signed.created_at,
            expires_at=signed.expires_at,
            token=signed.token,
        )


class TokenRotation(BaseModel):
    """How a token is replaced."""

    model_config = ConfigDict(extra="forbid")

    overlap_seconds: int = Field(0, ge=0, le=_WEEK, description="How long the old token is accepted still, in seconds.")


class PresentedToken(BaseModel):
    """A token to revoke."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=10_000, description="The token itself.", examples=["eyJhbGciOiJFZDI1NTE5..."])


@router.get("")
async def list_tokens(
    desk: DeskDep,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TokenPage:
    """List the tokens that were issued, the newest first."""
    before = decode_cursor("tokens", cursor, _place) if cursor is not None else _END
    found = await listing.list_tokens(desk.sessions, desk.settings.signing_keys, before=before, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    more = encode_cursor("tokens", [last.created_at.isoformat(), str(last.id)]) if last is not None else None
    return TokenPage(items=[TokenItem.of(token) for token in found[:limit]], next_cursor=more)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_token(desk: DeskDep, body: TokenCreate) -> NewToken:
    """Issue a token. The answer is the only place where it is shown."""
    signed = await issuing.issue_token(
        desk.sessions,
        desk.settings.signing_keys,
        issuer=desk.settings.deployment,
        name=body.name,
        scopes=tuple(scope.value for scope in body.scopes),
        expires_in=timedelta(days=body.expires_in_days),
    )
    return NewToken.of(signed)


@router.post("/revocations")
async def revoke_presented_token(desk: DeskDep, verifier: VerifierDep, body: PresentedToken) -> TokenItem:
    """Revoke a token by itself, for one that is in no list because it was issued by an earlier release."""
    revoked = await revoking.revoke_presented(desk.sessions, verifier, body.token, now=datetime.now(UTC))
    await desk.announce(revoked, verifier)
    return TokenItem.of(revoked)


@router.get("/{token_id}")
async def get_token(desk: DeskDep, token_id: UUID) -> TokenItem:
    """One token."""
    return TokenItem.of(await listing.get_token(desk.sessions, desk.settings.signing_keys, token_id))


@router.post("/{token_id}/revocation")
async def revoke_token(desk: DeskDep, verifier: VerifierDep, token_id: UUID) -> TokenItem:
    """Revoke a token: every process refuses it within a second. Revoking it again changes nothing."""
    revoked = await revoking.revoke_token(desk.sessions, desk.settings.signing_keys, token_id, now=datetime.now(UTC))
    await desk.announce(revoked, verifier)
    return TokenItem.of(revoked)


@router.post("/{token_id}/rotation", status_code=status.HTTP_201_CREATED)
async def rotate_token(desk: DeskDep, verifier: VerifierDep, token_id: UUID, body: TokenRotation) -> NewToken:
    """Issue a token with the same name, scopes and length of life, and revoke the old one, at once or after the overlap."""
    signed, old = await issuing.rotate_token(
        desk.sessions,
        desk.settings.signing_keys,
        token_id,
        issuer=desk.settings.deployment,
        overlap=timedelta(seconds=body.overlap_seconds),
        now=datetime.now(UTC),
    )
    await desk.announce(old, verifier)
    return NewToken.of(signed)


def _place(created_at: str, token_id: str) -> tuple[datetime, UUID]:
    return datetime.fromisoformat(created_at), UUID(token_id)
