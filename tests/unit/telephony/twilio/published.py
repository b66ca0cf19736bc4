"""Twilio's own description of its API, against which every request and answer of the fake is held."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

FOLDER = Path(__file__).parents[5] / "shared" / "test-data" / "twilio-oai"
_FILES = {"api.twilio.com": "twilio_api_v2010.json", "lookups.twilio.com": "twilio_lookups_v2.json"}


class Published:
    """Holds what goes over the wire against the files of ``FOLDER``; unknown fields are errors."""

    def __init__(self) -> None:
        self.checked = 0

    def check(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Raises openapi_core's errors."""
        host = _host(request.url.host)
        seen = MockRequest(
            f"https://{host}",
            request.method.lower(),
            request.url.path,
            args=dict(request.url.params),
            headers=dict(request.headers),
            data=request.content or None,
            content_type=request.headers.get("content-type", "application/json"),
        )
        api = _load(_FILES[host])
        api.validate_request(seen)
        # Closed or not, a form is read by the fields that are known: the others are left out silently.
        if fields := set(parse_qs(request.content.decode())):
            unknown = fields - set(_fields(api.unmarshal_request(seen).body))
            if unknown:
                raise ValueError(f"Twilio knows no field {', '.join(sorted(unknown))}")
        if answer.status_code < 400:  # errors are not described
            api.validate_response(seen, MockResponse(answer.content, answer.status_code))
        self.checked += 1


def _fields(body: Any) -> dict[str, Any]:
    if is_dataclass(body) and not isinstance(body, type):
        return asdict(body)
    return dict(body or {})


def _host(host: str) -> str:
    """Without the edge and region in the middle."""
    parts = host.split(".")
    return ".".join([parts[0], *parts[-2:]])


@cache
def _load(name: str) -> OpenAPI:
    content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return OpenAPI.from_dict(_closed(content))


def _closed(node: Any) -> Any:
    """``node`` with every object closed to fields that it does not list."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if closed.get("type") == "object" and isinstance(closed.get("properties"), dict):
        closed["additionalProperties"] = False
    return closed
