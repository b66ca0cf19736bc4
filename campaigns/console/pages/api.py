"""The API and its description, for programs and for those who write them."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from campaigns.console.api.catalogue import ENDPOINTS, routes
from campaigns.console.api.endpoint import PREFIX
from campaigns.console.api.openapi import document, path_of
from campaigns.console.page import MenuEntry, Open, Page, PageRoute
from campaigns.console.visit import Visit


def described(_visit: Visit) -> Response:
    return JSONResponse(document(), media_type="application/json")


def read(visit: Visit) -> Response:
    told = document()
    abouts = {(path_of(each), each.method.lower()): each.about for each in ENDPOINTS}
    tags: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in told["tags"]}
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            tags[operation["tags"][0]].append(
                {"method": method, "path": path, "about": abouts[path, method], **operation}
            )
    return visit.render("api/page.html", told=told, tags=tags, schemas=told["components"]["schemas"])


PAGE = Page(
    routes=(
        PageRoute("/settings/api", read, "api.read"),
        PageRoute(f"{PREFIX}/openapi.json", described, Open.SIGNED_IN, program=True),
        *routes(),
    ),
    menu=(MenuEntry("API", "/settings/api", "api.read", "settings", 30, "book"),),
)
