"""/docs: the API's document as a page to read, search and try. Its headers forbid browsers to fetch anything from elsewhere.

``page/reference.js.gz`` is one file of the package that package-lock.json names; ``make setup`` brings it.
"""

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

_FOLDER = Path(__file__).with_name("page")
SCRIPT = _FOLDER / "reference.js.gz"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_CACHED = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
_MISSING = (
    '<!doctype html><html lang="en"><title>Rekindle API</title><p>The reference page was not fetched at the installation: run '
    '<code>make setup</code> with a network. The document itself is <a href="/openapi.json">openapi.json</a>.</p></html>'
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_reference() -> Response:
    """The page; without its script, where to find the document and how to get the page."""
    return HTMLResponse((_FOLDER / "page.html").read_text() if SCRIPT.exists() else _MISSING, headers=_HEADERS)


@router.get("/docs/page.js")
async def show_settings() -> Response:
    """The page's configuration."""
    return FileResponse(_FOLDER / "page.js", media_type="text/javascript", headers=_CACHED)


@router.get("/docs/reference.js")
async def show_script() -> Response:
    """The page's script, compressed as it was stored."""
    if not SCRIPT.exists():
        raise HTTPException(404, "The reference page was not fetched when this was installed.")
    return FileResponse(SCRIPT, media_type="text/javascript", headers={**_CACHED, "Content-Encoding": "gzip"})
