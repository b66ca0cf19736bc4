"""Live parts for many viewers: one look and one drawing for all who see the same, and only what changed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from campaigns.console.lifetime import LIFETIME, Lifetime
from campaigns.console.web import feed as module
from campaigns.console.web.feed import Feed, Picture, Seat
from campaigns.console.web.streams import event
from campaigns.errors import StoreError


class Studio:
    """Pictures to be drawn, one look after the other; the last again and again."""

    def __init__(self, *pictures: Picture | Exception) -> None:
        self.pictures = list(pictures)
        self.drawn: list[int] = []  # how many seats, at each look
        self.noted: list[tuple[str, list[str]]] = []

    def paint(self, seats: Mapping[Seat, Any]) -> Mapping[Seat, Picture]:
        self.drawn.append(len(seats))
        picture = self.pictures.pop(0) if len(self.pictures) > 1 else self.pictures[0]
        if isinstance(picture, Exception):
            raise picture
        return dict.fromkeys(seats, picture)

    def note(self, seen: list[tuple[Any, frozenset[str]]]) -> None:
        self.noted += [(visit.name, sorted(subjects)) for visit, subjects in seen]


def visit(name: str, language: str = "zh") -> Any:
    return SimpleNamespace(
        name=name, language=language, who=SimpleNamespace(actions=frozenset({"live.read"}))
    )


async def read(feed: Feed, who: Any, count: int) -> list[str]:
    """The first events that somebody gets; fewer when the stream ends before."""
    stream: AsyncIterator[Any] = feed.answer(who, "board").body_iterator  # type: ignore[assignment]
    got: list[str] = []
    async for chunk in stream:
        got.append(str(chunk))
        if len(got) == count:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return got


def news(event: str) -> Any:
    return json.loads(event.removeprefix("data: "))


@pytest.fixture
def open_feed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Studio], Feed]:
    def made(studio: Studio) -> Feed:
        monkeypatch.setattr(module, "note_all_seen", studio.note)
        return Feed(studio.paint, every_s=0.001)

    return made


A = Picture({"stats": "1"}, {"calls": {"a": "<tr>a", "b": "<tr>b"}}, frozenset({"C1"}))
B = Picture({"stats": "1"}, {"calls": {"b": "<tr>B", "c": "<tr>c"}}, frozenset({"C1", "C2"}))


def test_all_of_it_comes_first_and_then_what_changed(open_feed: Callable[[Studio], Feed]) -> None:
    studio = Studio(A, A, B)
    first, then = asyncio.run(read(open_feed(studio), visit("wang"), 2))
    assert news(first) == {
        "boxes": {"stats": "1"},
        "lists": {"calls": {"rows": {"a": "<tr>a", "b": "<tr>b"}, "order": ["a", "b"]}},
    }
    assert news(then) == {
        "boxes": {},
        "lists": {"calls": {"rows": {"b": "<tr>B", "c": "<tr>c"}, "order": ["b", "c"]}},
    }
    assert studio.noted == [("wang", ["C1"]), ("wang", ["C2"])]  # each customer once


def test_who_sees_the_same_costs_no_drawing(open_feed: Callable[[Studio], Feed]) -> None:
    studio = Studio(A)
    feed = open_feed(studio)

    async def crowd() -> list[list[str]]:
        people = [visit(f"p{number}", ("zh", "en")[number % 2]) for number in range(20)]
        return list(await asyncio.gather(*(read(feed, who, 1) for who in people)))

    got = asyncio.run(crowd())
    assert len({event for [event] in got}) == 1
    assert max(studio.drawn) == 2
    assert sorted(name for name, _ in studio.noted) == sorted(f"p{number}" for number in range(20))


def test_a_stream_ends_when_there_is_no_more(open_feed: Callable[[Studio], Feed]) -> None:
    got = asyncio.run(read(open_feed(Studio(A, Picture(over=True))), visit("wang"), 9))
    assert "".join(got).endswith("event: over\ndata: .\n\n")


def test_a_store_that_is_away_ends_the_streams(open_feed: Callable[[Studio], Feed]) -> None:
    """Their browsers come again."""
    got = asyncio.run(read(open_feed(Studio(A, StoreError("away"))), visit("wang"), 9))
    assert len(got) == 2
    assert news(got[0])["boxes"] == {"stats": "1"}


def test_a_process_that_closes_lets_go_of_its_viewers(open_feed: Callable[[Studio], Feed]) -> None:
    lifetime = Lifetime()

    async def story() -> list[str]:
        LIFETIME.set(lifetime)
        feed = open_feed(Studio(A))
        reading = asyncio.create_task(read(feed, visit("wang"), 9))
        await asyncio.sleep(0.02)
        lifetime.closing = True
        return await asyncio.wait_for(reading, 5)

    assert len(asyncio.run(story())) == 2


def test_who_does_not_read_begins_anew() -> None:
    """What was missed is not queued without a bound."""
    studio = Studio(*(Picture({"stats": str(number)}) for number in range(100)))
    watcher = module._Viewer(visit("slow"), Seat("board", "zh", frozenset()))
    round_ = module._Round(studio.paint, 0.0, None)

    async def story() -> None:
        for _ in range(90):
            await round_._look([watcher])

    asyncio.run(story())
    assert len(watcher.waiting) <= module.MOST_WAITING
    assert news(watcher.waiting[-1])["boxes"] == {"stats": "89"}


def test_what_unicode_takes_for_the_end_of_a_line_breaks_no_event() -> None:
    """A browser joins the lines of an event by line feeds, of which JSON has none in a text."""
    said = {"text": "\x0b\x0c\x1c\x85\u2028\u2029 <b>\r\n"}
    sent = event(json.dumps(said, ensure_ascii=False))
    assert sent.endswith("\n\n")
    lines = [line.removeprefix("data: ") for line in re.split("\r\n|\r|\n", sent[:-2])]
    assert json.loads("\n".join(lines)) == said
    assert event("a\rb\r\nc\n\nevent: over") == "data: a\ndata: b\ndata: c\ndata: \ndata: event: over\n\n"
