"""The dashboard's pages: files made of ``services/dashboard``. Their headers forbid browsers to fetch anything from elsewhere.

Every address that a browser opens and that is nobody else's is the page; what it shows is the page's own affair.
"""

import html
import re
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).resolve().parent.parent / "dashboard"
BUILT = FOLDER / "dist"
FAILED = FOLDER / ".build_failed"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
_FILE = re.compile(r"[A-Za-z0-9_.-]+\.(js|css|svg|woff2)")
_KINDS = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "woff2": "font/woff2"}
_WAITING = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta http-equiv="refresh" content="2"><meta name="color-scheme" content="light dark"><title>Rekindle</title>'
    "<main><h1>{title}</h1><p>{text}</p><p>The API works meanwhile: <a href=/docs>/docs</a>.</p></main></html>"
)

router = APIRouter(include_in_schema=False)


@router.get("/assets/{name}")
async def show_asset(request: Request, name: str) -> Response:
    """A file whose name changes with its content."""
    kind = _FILE.fullmatch(name)
    if kind is None or not (BUILT / "assets" / name).is_file():
        raise HTTPException(404)
    return _file(request, BUILT / "assets" / name, _KINDS[kind[1]], "public, max-age=31536000, immutable")


@router.get("/")
@router.get("/{a}")
@router.get("/{a}/{b}")
@router.get("/{a}/{b}/{c}")
async def show_page(request: Request) -> Response:
    """The page, whatever it is to show; until it is built, a page that says so and tries again."""
    path = request.scope["raw_path"]
    if path.startswith((b"/v1/", b"/health/")) or path == b"/v1" or "text/html" not in request.headers.get("accept", ""):
        if path == b"/":
            return Response(status_code=307, headers={"Location": "/docs"})
        raise HTTPException(404)
    if (BUILT / "index.html").is_file():
        return _file(request, BUILT / "index.html", "text/html", "no-cache")
    if FAILED.exists():
        title, text = "The dashboard could not be built", FAILED.read_text()
    else:
        title, text = "The dashboard is being built", "This page opens it by itself. `make dashboard` builds it by hand."
    page = _WAITING.format(title=title, text=html.escape(text))
    return HTMLResponse(page, 503, headers={**_HEADERS, "Retry-After": "2", "Cache-Control": "no-store"})


def _file(request: Request, path: Path, kind: str, cached: str) -> Response:
    headers = {**_HEADERS, "Cache-Control": cached}
    compressed = path.with_name(f"{path.name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and compressed.is_file():
        return FileResponse(compressed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
    return FileResponse(path, media_type=kind, headers=headers)
