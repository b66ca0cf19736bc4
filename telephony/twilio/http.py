"""What Twilio's library sends its requests by: httpx, which has its time-outs and opens no socket early.

The library's own asynchronous client wants a running loop to be built, and leaves its time-out out.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import httpx
from twilio.http.response import Response


def _without_numbers(record: logging.LogRecord) -> bool:
    """Keep httpx from logging Twilio's addresses: they hold the numbers that are asked about."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(one, httpx.URL) and one.host.endswith("twilio.com") for one in arguments)


logging.getLogger("httpx").addFilter(_without_numbers)


class HttpxClient:
    """An HTTP client as ``twilio.rest.Client`` wants it. ``transport`` stands in for the network."""

    is_async: Final = True

    def __init__(self, timeout_s: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._timeout_s = timeout_s
        self._transport = transport

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        allow_redirects: bool = False,
    ) -> Response:
        """One request. Raises httpx.HTTPError."""
        # One connection each: a line asks a few times a call, and may be used from one loop after another.
        async with httpx.AsyncClient(transport=self._transport, timeout=timeout or self._timeout_s) as client:
            answer = await client.request(
                method,
                uri,
                params=params,
                data=data,
                headers=headers,
                auth=auth or httpx.USE_CLIENT_DEFAULT,
                follow_redirects=allow_redirects,
            )
        return Response(answer.status_code, answer.text, answer.headers)

    async def download(self, url: str, params: dict[str, str], auth: tuple[str, str]) -> httpx.Response:
        """A file as it is. Raises httpx.HTTPError."""
        async with httpx.AsyncClient(transport=self._transport, timeout=self._timeout_s) as client:
            return await client.get(url, params=params, auth=auth, follow_redirects=True)
