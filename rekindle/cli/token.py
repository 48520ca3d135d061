"""`rekindle token`: the tokens with which clients call the API."""

import json
import os
import urllib.error
from typing import Annotated, Any
from uuid import UUID

import typer

from rekindle.cli.http import call
from rekindle.cli.options import AsJson, Data
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from rekindle.embedded.tokens import ALL_SCOPES, Wanted, days_of, issue, sign_briefly

Url = Annotated[str | None, typer.Option(envvar="REKINDLE_URL", help="The API; default: the running stack.", metavar="URL")]
TokenId = Annotated[str, typer.Argument(help="As `list` shows it.", metavar="ID", show_default=False)]

token = typer.Typer(help="Manage the tokens with which clients call the API.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.add_typer(token, name="token")


@token.command("create")
def create_token(
    name: Annotated[str, typer.Option(help="Who will use it; shown in logs.", metavar="NAME")],
    scope: Annotated[list[str], typer.Option(help="What it allows; repeat for more.", metavar="SCOPE")],
    expires_in: Annotated[str, typer.Option(help="How long it is valid: 90d, 12h, 30m.", metavar="TIME")] = "90d",
    data: Data = DEFAULT,
) -> None:
    """Create a token and print it, and nothing else.

    Scopes: candidates:read, candidates:write, contact_details:read, attributes:read,
    attributes:write, engagement:read, engagement:write, analytics:read,
    admin.
    """
    if unknown := sorted(set(scope) - set(ALL_SCOPES)):
        known = ", ".join(ALL_SCOPES)
        raise typer.BadParameter(f"{', '.join(unknown)}: known scopes are {known}", param_hint="--scope")
    life = days(expires_in, "--expires-in")
    folder = DataFolder(data)
    print(issue(folder.keys, Wanted(_deployment(folder), name, tuple(scope), life)))


@token.command("list")
def list_tokens(url: Url = None, as_json: AsJson = False, data: Data = DEFAULT) -> None:
    """List the tokens of a running stack, the newest first.

    Those that an earlier release created are not in the list; they are valid until they expire or are revoked.
    """
    api = Api(DataFolder(data), url)
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.call("GET", f"/v1/tokens?limit=200{f'&cursor={cursor}' if cursor else ''}")
        found += page["items"]
        cursor = page["next_cursor"]
    if as_json:
        print(json.dumps(found))
        return
    for one in found:
        print(f"{one['id']}  {one['status']:<8} until {one['expires_at'][:10]}  {one['name']}  {' '.join(one['scopes'])}")


@token.command("revoke")
def revoke_token(which: TokenId, url: Url = None, data: Data = DEFAULT) -> None:
    """Revoke a token: within a second it is refused everywhere.

    For a token that is not in the list, because an earlier release created it, give the token itself.
    """
    api = Api(DataFolder(data), url)
    if which.count(".") == 2:
        revoked = api.call("POST", "/v1/tokens/revocations", {"token": which})
    else:
        revoked = api.call("POST", f"/v1/tokens/{_id(which)}/revocation")
    print(f"{revoked['id']} is revoked.")


@token.command("rotate")
def rotate_token(
    which: TokenId,
    overlap: Annotated[str, typer.Option(help="How long the old one is accepted still: 1h, 30m.", metavar="TIME")] = "0m",
    url: Url = None,
    data: Data = DEFAULT,
) -> None:
    """Replace a token by a new one and print that, and nothing else.

    The new one has the same name, scopes and length of life. The old one is revoked at once, or after the overlap.
    """
    seconds = 0 if overlap == "0m" else round(days(overlap, "--overlap") * 86400)
    print(Api(DataFolder(data), url).call("POST", f"/v1/tokens/{_id(which)}/rotation", {"overlap_seconds": seconds})["token"])


class Api:
    """The API of the running stack, or of the one at a URL, called with a token made for this one command."""

    def __init__(self, folder: DataFolder, url: str | None) -> None:
        self._base = (url or str(folder.running().get("url") or "")).rstrip("/")
        if not self._base:
            raise CannotStart(f"Nothing runs on {folder.path}: start it with `rekindle up`, or name an API with --url.")
        self._token = sign_briefly(folder.keys, Wanted(_deployment(folder), "rekindle token", ("admin",), 5 / 1440))

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the API answers. Raises CannotStart with its problem."""
        try:
            status, answer = call(method, f"{self._base}{path}", token=self._token, body=body)
            content: dict[str, Any] = json.loads(answer)
        except (OSError, ValueError, urllib.error.URLError) as error:
            raise CannotStart(f"{self._base} does not answer: {error}") from error
        if status >= 400:
            raise CannotStart(str(content.get("detail") or content.get("title")))
        return content


def _deployment(folder: DataFolder) -> str:
    issuer = os.environ.get("REKINDLE_DEPLOYMENT") or folder.recall("deployment").get("deployment")
    if not issuer:
        raise CannotStart(f"{folder.path} holds no deployment yet: start one with `rekindle up --data {folder.path}`.")
    return str(issuer)


def days(text: str, option: str) -> float:
    try:
        return days_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no id of a token; `rekindle token list` shows them", param_hint="ID") from None
