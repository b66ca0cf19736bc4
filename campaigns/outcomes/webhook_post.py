"""One try to bring an event to an endpoint, signed by the Standard Webhooks scheme."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import httpx
from standardwebhooks import Webhook

from campaigns.errors import SettingsError
from campaigns.outcomes.addresses import Resolver, address_for

GONE = 410
AGENT = "xiaorong-webhooks/1"


@dataclass(frozen=True, slots=True)
class Arrived:
    """The endpoint took the event."""


@dataclass(frozen=True, slots=True)
class NotArrived:
    """It did not, or nobody knows; ``gone``: it asks not to be told anything more."""

    reason: str
    gone: bool = False


class Letter(Protocol):
    """What is sent, and where."""

    @property
    def uid(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def data(self) -> dict[str, object]: ...
    @property
    def at(self) -> datetime: ...
    @property
    def url(self) -> str: ...


class Post:
    """Sends letters. ``transport`` and ``resolve`` stand in for the network."""

    def __init__(
        self,
        *,
        timeout_s: float,
        private: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        resolve: Resolver | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._private = private
        self._resolve = resolve
        # The system's proxies and .netrc are not for this; each letter has a connection of its own.
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, letter: Letter, secret: str, now: datetime) -> Arrived | NotArrived:
        """Send ``letter``; ``now`` is real time, which the receiver holds against its own.

        What the endpoint answers beyond its status is not read.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(letter, secret, now)
        except TimeoutError:
            return NotArrived(f"no answer within {self._timeout_s:g} s")
        except SettingsError as error:
            return NotArrived(str(error))
        except OSError:
            return NotArrived("the name of the endpoint cannot be resolved")
        except httpx.HTTPError as error:
            return NotArrived(f"the endpoint cannot be reached: {type(error).__name__}")
        if 200 <= status < 300:
            return Arrived()
        if 300 <= status < 400:
            return NotArrived(f"HTTP {status}: redirects are not followed; add the endpoint's own address")
        return NotArrived(f"HTTP {status}", gone=status == GONE)

    async def _post(self, letter: Letter, secret: str, now: datetime) -> int:
        url = httpx.URL(letter.url)
        address = await address_for(letter.url, private=self._private, resolve=self._resolve)
        body = _body(letter)
        headers = {
            "host": url.netloc.decode("ascii"),
            "user-agent": AGENT,
            "content-type": "application/json",
            "webhook-id": letter.uid,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(letter.uid, now.astimezone(UTC), body),
        }
        # To the very address that was checked; its certificate must still be of the name.
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body.encode(),
            headers=headers,
            extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(self._timeout_s).as_dict()},
        )
        response = await self._client.send(request, stream=True)
        try:
            return response.status_code
        finally:
            await response.aclose()


def _body(letter: Letter) -> str:
    content = {"type": letter.type, "timestamp": letter.at.isoformat(), "data": letter.data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
