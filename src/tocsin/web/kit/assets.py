"""The files that browsers load, as the build left them: ``static/`` with a manifest of hashed names.

A name holds the hash of what is in it, so browsers keep a file for ever. Everything is read once and kept in memory.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tocsin.errors import ConfigurationError, NotFound

router = APIRouter()

_STATIC = Path(str(resources.files("tocsin.web"))) / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in every encoding that there is of it; the plain one under ``identity``."""

    media_type: str
    content: Mapping[str, bytes]

    def response(self, accepted: str, cache_control: str) -> Response:
        """The file in the best encoding that the browser accepts."""
        offered = {item.partition(";")[0].strip() for item in accepted.split(",")}
        encoding = next((name for name, _ in _ENCODINGS if name in offered and name in self.content), "identity")
        headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return Response(self.content[encoding], media_type=self.media_type, headers=headers)


@cache
def manifest() -> Mapping[str, str]:
    """The stored name of each asset. Raises ConfigurationError when the assets have not been built."""
    try:
        names: dict[str, str] = json.loads((_STATIC / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError("the pages' assets are missing: run tools/bootstrap run") from None
    return names


def asset_url(name: str) -> str:
    """Where a browser finds the asset, such as ``app.css``."""
    return f"/static/{manifest()[name]}"


@cache
def load(stored: str) -> Asset:
    """An asset by its stored name. Raises NotFound."""
    if stored not in manifest().values():
        raise NotFound(f"there is nothing at /static/{stored}")
    path = _STATIC / stored
    packed = {name: path.with_name(stored + suffix) for name, suffix in _ENCODINGS}
    content = {name: file.read_bytes() for name, file in packed.items() if file.exists()}
    return Asset(guess_type(stored)[0] or "application/octet-stream", {"identity": path.read_bytes(), **content})


async def static(request: Request) -> Response:
    """A file of the manifest, for ever."""
    return load(request.path_params["name"]).response(request.headers.get("accept-encoding", ""), _FOR_EVER)


async def worker(request: Request) -> Response:
    """The service worker. It lives at the top so that it may serve every page."""
    return load(manifest()["worker.js"]).response(request.headers.get("accept-encoding", ""), "no-cache")


async def web_manifest(_request: Request) -> Response:
    """What makes the pages installable as an app."""
    icons = [
        {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": asset_url("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": asset_url("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
    ]
    app = {
        "id": "/",
        "name": "Tocsin",
        "short_name": "Tocsin",
        "description": "Who is on call, what is wrong, what happens next",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#12181f",
        "theme_color": "#12181f",
        "icons": icons,
        "shortcuts": [{"name": "Alerts", "url": "/alerts"}],
    }
    return JSONResponse(app, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


router.add_route("/static/{name}", static, methods=["GET"], include_in_schema=False)
router.add_route("/worker.js", worker, methods=["GET"], include_in_schema=False)
router.add_route("/manifest.webmanifest", web_manifest, methods=["GET"], include_in_schema=False)
