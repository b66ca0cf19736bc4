"""Viewers of Live over HTTP: each reads its stream of events as a browser does, and notes when what came."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

Place = tuple[str, int, int]
"""What happened, to which call, and which line of it."""


@dataclass
class Seen:
    """What viewers got. ``came``: what, when, and since when who got it had looked."""

    bytes: int = 0
    events: int = 0
    came: list[tuple[Place, float, float]] = field(default_factory=list)


class Viewer:
    """One person with the board open, or reading along with one call after the other."""

    def __init__(self, address: str, cookie: str, seen: Seen, *, reads: bool, seed: int) -> None:
        self._address, self._seen, self._reads = address, seen, reads
        self._chance = random.Random(seed)
        self._client = httpx.AsyncClient(
            base_url=address, cookies={"xr_session": cookie}, timeout=httpx.Timeout(30.0, read=None)
        )
        self._rows: set[str] = set()

    async def look(self) -> None:
        """Until cancelled."""
        async with self._client:
            while True:
                with suppress(httpx.HTTPError):
                    if self._reads:
                        await self._read_along()
                    else:
                        await self._follow("/live/events")
                await asyncio.sleep(0.2)

    async def _read_along(self) -> None:
        answer = await self._client.get("/live")
        self._seen.bytes += len(answer.content)
        calls = [part.split('"')[0] for part in answer.text.split('href="/live/')[1:]]
        if calls:
            await self._follow(f"/live/{self._chance.choice(calls)}/events")

    async def _follow(self, path: str) -> None:
        first, since = True, time.monotonic()
        async with self._client.stream("GET", path) as answer:
            async for line in answer.aiter_lines():
                now = time.monotonic()
                self._seen.bytes += len(line.encode()) + 1
                if line.startswith("event: over"):
                    return
                if line.startswith("data: {"):
                    self._seen.events += 1
                    self._note(path, json.loads(line[6:]), now, since, first=first)
                    first = False

    def _note(self, path: str, news: dict[str, Any], now: float, since: float, *, first: bool) -> None:
        """What was there before this one looked says nothing of how fast it came."""
        if self._reads:
            call = int(path.split("/")[2])
            rows: Sequence[str] = list(news["lists"].get("talk", {}).get("rows", {}))
            places: list[Place] = [("spoken", call, int(row.removeprefix("line-"))) for row in rows]
        else:
            calls = news["lists"].get("calls", {})
            places = [("dialled", int(row[5:]), 0) for row in calls.get("rows", {}) if row not in self._rows]
            order = set(calls.get("order", self._rows))
            places += [("ended", int(row[5:]), 0) for row in self._rows - order]
            self._rows = order
        if not first:
            self._seen.came += [(place, now, since) for place in places]


def hand_over(address: str, cookie: str, count: int = 5) -> dict[str, list[float]]:
    """Have some calls handed over; seconds until each state that was seen."""
    seen: dict[str, list[float]] = {}
    client = httpx.Client(base_url=address, cookies={"xr_session": cookie}, timeout=30.0)
    with client:
        board = client.get("/live").text
        calls = [part.split('"')[0] for part in board.split('href="/live/')[1:]]
        for call in calls[-count:]:
            page = client.get(f"/live/{call}").text
            token = page.split('name="csrf" value="')[1].split('"')[0]
            begun = time.monotonic()
            form = {"csrf": token, "why": "benchmark"}
            client.post(f"/live/{call}/hand-over", data=form, headers={"Origin": address})
            with client.stream("GET", f"/live/{call}/events") as answer:
                for line in answer.iter_lines():
                    state = _state(line)
                    if state:
                        seen.setdefault(state, []).append(time.monotonic() - begun)
                    if state not in (None, "asked", "accepted", "handing_over") or "event: over" in line:
                        break
    return seen


def _state(line: str) -> str | None:
    """How far an order is, where an event tells."""
    if not line.startswith("data: {"):
        return None
    box = json.loads(line[6:])["boxes"].get("order", "")
    return box.split('data-state="')[1].split('"')[0] if "data-state" in box else None
