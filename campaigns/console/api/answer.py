"""Answering an endpoint: what came is checked by its models, and what goes is of its model."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response

from campaigns.console.api.endpoint import AnyEndpoint, Given, Nothing, Reply, Told
from campaigns.console.guard import asked_language
from campaigns.console.view.saying import said
from campaigns.console.visit import Visit
from campaigns.console.web.problem import problem
from campaigns.errors import ConflictError
from campaigns.refused import told_of
from campaigns.said import Said
from campaigns.store.console import once as store

KEY_HEADER: Final = "idempotency-key"
LONGEST_KEY: Final = 64
_KEY: Final = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
LARGEST: Final = 2**53  # up to which a float is one whole number


def answering(endpoint: AnyEndpoint) -> Callable[[Visit], Response]:
    """The route's handler."""

    def handle(visit: Visit) -> Response:
        try:
            query = _query(visit, endpoint.query)
            body = _form(visit, endpoint) if endpoint.form else _body(visit, endpoint.body)
        except ValidationError as error:
            return _unfit(visit, error)
        if endpoint.once and (key := visit.request.headers.get(KEY_HEADER)) is not None:
            return _once(visit, endpoint, key, query, body)
        return _respond(visit, endpoint, endpoint.handler(visit, query, body))

    return handle


def _query(visit: Visit, model: type[Given]) -> Given:
    given: dict[str, Any] = {}
    for name, value in visit.request.query_params.multi_items():
        if name in given:
            raise HTTPException(422, f"{name!r} stands twice in the query")
        given[name] = value
    return model.model_validate_strings(given, strict=True)


def _body(visit: Visit, model: type[Given]) -> Given:
    if model is Nothing:
        return Nothing()
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "send application/json")
    return model.model_validate_json(_whole(visit.content or b""))


def _whole(content: bytes) -> bytes:
    """The same JSON with 5 for 5.0: its numbers have no kinds, ours have."""
    try:
        return json.dumps(json.loads(content, parse_float=_number)).encode()
    except (ValueError, RecursionError):
        return content  # the model says what is wrong with it


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < LARGEST else value


def _form(visit: Visit, endpoint: AnyEndpoint) -> Given:
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise HTTPException(415, "send multipart/form-data")
    fields = visit.fields.multi_items() if visit.fields is not None else []
    given: dict[str, Any] = {}
    for name, value in fields:
        if name == "file":
            continue
        if name in given:
            raise HTTPException(422, f"{name!r} stands twice in the form")
        given[name] = value
    body: Given = endpoint.body.model_validate_strings(given, strict=True)
    if visit.upload("file") is None:
        raise HTTPException(422, "the form needs a file, named 'file'")
    return body


def _unfit(visit: Visit, error: ValidationError) -> Response:
    language = asked_language(visit.request)
    found = error.errors(include_url=False, include_input=False)
    malformed = any(each["type"] == "json_invalid" for each in found)
    errors = [
        {"where": ".".join(map(str, each["loc"])), "what": said(told_of(each), language)} for each in found
    ]
    detail = said(Said("the request is not as described"), language)
    headers = {"Content-Language": language}
    return problem(400 if malformed else 422, detail, errors=errors, headers=headers)


def _once(visit: Visit, endpoint: AnyEndpoint, key: str, query: Given, body: Given) -> Response:
    """Do it, unless it was done: then the answer is what it was."""
    if _KEY.fullmatch(key) is None:
        raise HTTPException(422, f"an Idempotency-Key has 1 to {LONGEST_KEY} printable characters, no space")
    told = "\n".join(
        (endpoint.method, visit.request.url.path, query.model_dump_json(), body.model_dump_json())
    )
    digest = hashlib.sha256(told.encode()).hexdigest()
    with visit.changing() as session:
        before = store.claim(session, visit.who.user_id, key, digest, visit.now)
    if before is not None:
        if before.digest != digest:
            raise ConflictError("this Idempotency-Key was used for another request")
        if before.status == store.GOES_ON:
            raise ConflictError("the same was asked just now and is being done; ask again")
        return _json(visit, before.answer, before.status, {"Idempotent-Replayed": "true"})
    try:
        done = endpoint.handler(visit, query, body)
    except Exception:
        with visit.changing() as session:  # nothing came of it, so it may be asked again
            store.give_up(session, visit.who.user_id, key)
        raise
    if isinstance(done, Response):
        raise TypeError("a file is no answer to be kept")
    reply = done if isinstance(done, Reply) else Reply(done)
    answer, status = reply.content.model_dump(mode="json"), reply.status or endpoint.status
    with visit.changing() as session:
        store.keep_answer(session, visit.who.user_id, key, status, answer)
    return _json(visit, answer, status, dict(reply.headers))


def _respond(visit: Visit, endpoint: AnyEndpoint, done: Told | Reply | Response) -> Response:
    if isinstance(done, Response):
        visit.note_seen()
        return done
    reply = done if isinstance(done, Reply) else Reply(done)
    return _json(visit, reply.content, reply.status or endpoint.status, dict(reply.headers))


def _json(
    visit: Visit, content: BaseModel | dict[str, Any], status: int, headers: dict[str, str]
) -> Response:
    visit.note_seen()
    return Response(to_json(content), status, headers, "application/json")
