"""The description of the API, made of the models that check what comes and shape what goes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.console.api.endpoint import PREFIX, AnyEndpoint, Nothing, Told
from campaigns.console.web.problem import MEDIA_TYPE

REF: Final = "#/components/schemas/{model}"
ALWAYS: Final = (401, 403, 422, 429)


class Wrong(Told):
    """One thing of the request that is not as described."""

    where: str
    what: str


class Problem(Told):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Wrong, ...] | None = None


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    names, schemas = _schemas(ENDPOINTS)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(path_of(endpoint), {})[endpoint.method.lower()] = _operation(
            endpoint, names, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Xiaorong",
            "version": version("xiaorong"),
            "description": (
                "Programs do here what people do on the console's pages. "
                "Keys are made under Settings, Keys, each with the actions that it may; a key acts for its "
                "holder. Names, numbers and what was said are masked, or null, without personal.see. "
                "Money is in minor units; times have their zone; days are the lender's. "
                "A list's `next` is the `cursor` of its following page. "
                "Errors are application/problem+json. "
                "What is sent twice with one Idempotency-Key within a day is done once."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(endpoint.tag for endpoint in ENDPOINTS)],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
            "headers": {
                name: {"schema": {"type": "integer", "minimum": 0}, "required": True}
                for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
            },
        },
    }


def path_of(endpoint: AnyEndpoint) -> str:
    """Its path as the document has it."""
    return PREFIX + re.sub(r":\w+\}", "}", endpoint.path)


def _schemas(endpoints: Iterable[AnyEndpoint]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: list[tuple[Any, Any]] = [(Problem, "serialization")]
    for endpoint in endpoints:
        if endpoint.answer is not None:
            wanted.append((endpoint.answer, "serialization"))
        wanted += [(model, "validation") for model in (endpoint.query, endpoint.body) if model is not Nothing]
    names, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=REF)
    return dict(names), dict(definitions.get("$defs", {}))


def _operation(endpoint: AnyEndpoint, names: dict[Any, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "operationId": _id(endpoint),
        "parameters": [*_path(endpoint), *_query(endpoint, names, schemas), *_headers(endpoint)],
        "responses": _responses(endpoint, names),
    }
    asks = "For any key."
    if isinstance(endpoint.asks, str):
        asks = f"Asks for `{endpoint.asks}`."
        told["x-action"] = endpoint.asks
    told["description"] = f"{endpoint.about} {asks}".strip()
    if endpoint.takes_body:
        told["requestBody"] = _body(endpoint, names, schemas)
    return told


def _path(endpoint: AnyEndpoint) -> list[dict[str, Any]]:
    found = re.findall(r"\{(\w+)(?::(\w+))?\}", endpoint.path)
    return [{"name": name, "in": "path", "required": True, "schema": _segment(kind)} for name, kind in found]


def _segment(kind: str) -> dict[str, Any]:
    if kind == "int":
        return {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    return {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$"}


def _query(endpoint: AnyEndpoint, names: dict[Any, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if endpoint.query is Nothing:
        return []
    schema = schemas[names[(endpoint.query, "validation")]["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    return [_parameter(name, each, name in needed) for name, each in schema["properties"].items()]


def _parameter(name: str, schema: dict[str, Any], needed: bool) -> dict[str, Any]:
    kept = _without_null(schema)
    about = kept.pop("description", None)
    told = {"name": name, "in": "query", "required": needed, "schema": kept}
    return told if about is None else {**told, "description": about}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null: it leaves the name out."""
    kept = {key: value for key, value in schema.items() if key not in ("title", "default")}
    choices = [each for each in kept.pop("anyOf", []) if each.get("type") != "null"]
    return (
        {**kept, **choices[0]} if len(choices) == 1 else {**kept, **({"anyOf": choices} if choices else {})}
    )


def _headers(endpoint: AnyEndpoint) -> list[dict[str, Any]]:
    text = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"}
    headers = []
    if endpoint.once:
        headers.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": text})
    if endpoint.matches:
        headers.append({"name": "If-Match", "in": "header", "required": True, "schema": text})
    return headers


def _body(endpoint: AnyEndpoint, names: dict[Any, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    reference = names[(endpoint.body, "validation")]
    if not endpoint.form:
        return {"required": True, "content": {"application/json": {"schema": reference}}}
    schema = schemas[reference["$ref"].rpartition("/")[2]]
    properties = {name: _without_null(each) for name, each in schema["properties"].items()}
    form = {
        "type": "object",
        "properties": {**properties, "file": {"type": "string", "format": "binary"}},
        "required": [*schema.get("required", []), "file"],
        "additionalProperties": False,
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": form}}}


def _responses(endpoint: AnyEndpoint, names: dict[Any, Any]) -> dict[str, Any]:
    if endpoint.answer is None:
        content: dict[str, Any] = {endpoint.media: {"schema": {"type": "string", "format": "binary"}}}
    else:
        content = {"application/json": {"schema": names[(endpoint.answer, "serialization")]}}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATES}
    if endpoint.etag:
        # An answer given again tells what was, and its version may be another by now.
        version = {"required": not endpoint.once, "schema": {"type": "string"}}
        headers["ETag"] = version  # type: ignore[assignment]
    good = {"content": content, "headers": headers}
    told = {str(status): {"description": HTTPStatus(status).phrase, **good} for status in _goods(endpoint)}
    errors = {*ALWAYS, *endpoint.fails, *((400, 413, 415) if endpoint.takes_body else ())}
    if ":int}" in endpoint.path or "{" in endpoint.path:
        errors.add(404)
    wrong = names[(Problem, "serialization")]
    for status in sorted(errors):
        described: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": wrong}}}
        if status == 429:
            described["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        told[str(status)] = {"description": HTTPStatus(status).phrase, **described}
    return told


_RATES: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def _goods(endpoint: AnyEndpoint) -> list[int]:
    also = endpoint.describes.get("also")
    return [endpoint.status] if also is None else [endpoint.status, also]


def _id(endpoint: AnyEndpoint) -> str:
    words = re.findall(r"\w+", re.sub(r":\w+\}", "}", endpoint.path))
    return "_".join((endpoint.method.lower(), *words))
