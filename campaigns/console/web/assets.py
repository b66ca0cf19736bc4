"""Files that browsers load: our own, and htmx from the package that ships it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

OWN: Final = Path(__file__).parents[1] / "static"
PACKAGED: Final = {"htmx.js": ("js_lib_htmx", "static/htmx/htmx.min.js")}
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"


@cache
def asset_file(name: str) -> Path:
    """The file of this name. Raises FileNotFoundError."""
    if name in PACKAGED:
        package, inside = PACKAGED[name]
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"the package of {name} is not installed")
        return Path(spec.origin).parent / inside
    path = OWN / name
    if Path(name).name != name or path.suffix not in TYPES or not path.is_file():
        raise FileNotFoundError(name)
    return path


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(asset_file(name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file, which changes when its content does: it may be kept for a year."""
    return f"/static/{_digest(name)}/{name}"


async def serve_asset(request: Request) -> Response:
    """A file, whatever version is asked for: an older page gets the newer one."""
    try:
        path = asset_file(request.path_params["name"])
    except FileNotFoundError as error:
        raise HTTPException(404) from error
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": FOR_A_YEAR})
