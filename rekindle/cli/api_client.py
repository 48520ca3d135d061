"""A client of the API for subcommands: of the one that options name, else of the running stack's."""

from typing import TYPE_CHECKING, Annotated

import typer

from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder

if TYPE_CHECKING:
    import httpx

REQUEST_SECONDS = 60.0

Url = Annotated[str | None, typer.Option(envvar="REKINDLE_URL", help="The API; default: the running stack.", metavar="URL")]

WritingToken = Annotated[
    str | None, typer.Option(envvar="REKINDLE_TOKEN", help="With the scope candidates:write.", metavar="TOKEN")
]


def client_of(url: str | None, token: str | None, folder: DataFolder) -> "httpx.Client":
    """A client of the API that the options name, else of the stack that runs on the folder. Raises CannotStart."""
    import httpx

    base, bearer = _api(url, token, folder)
    headers = {"Authorization": f"Bearer {bearer}"}
    return httpx.Client(base_url=base, headers=headers, timeout=REQUEST_SECONDS, trust_env=url is not None)


def _api(url: str | None, token: str | None, folder: DataFolder) -> tuple[str, str]:
    """The address and the token to use. Raises CannotStart."""
    running = folder.running()
    base = (url or str(running.get("url") or "")).rstrip("/")
    if not base:
        raise CannotStart(f"Nothing runs on {folder.path}: start it with `rekindle up`, or name an API with --url and --token.")
    if not base.startswith(("http://", "https://")):
        raise CannotStart(f"--url {base} is no address: it begins with http:// or https://.")
    bearer = token or (running.get("token") if base == running.get("url") else None)
    if not bearer:
        raise CannotStart(f"No token for {base}: give one with --token or REKINDLE_TOKEN.")
    return base, bearer
