"""Live as html: drawn once for all who may see the same, and only what is not drawn already."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

from campaigns.console.live.reading import Board, Talk, read_board, read_talks
from campaigns.console.visit import Visit
from campaigns.console.web.feed import Picture, Seat, seat_of
from campaigns.errors import NotFoundError
from campaigns.store.console.live import MOST_SHOWN, LiveCall
from campaigns.store.live_key import BOARD, LiveKey, live_key

_Drawn = tuple[str, frozenset[str]]  # html, and the customers whose data it shows
_Key = tuple[str, str, frozenset[str], Hashable]


class Painter:
    """Draws what is seen from each seat. Keeps what it drew last: most of a board is as it was."""

    def __init__(self) -> None:
        self._kept: dict[_Key, _Drawn] = {}

    def __call__(self, seats: Mapping[Seat, Visit]) -> dict[Seat, Picture]:
        """Raises StoreError."""
        easel = _Easel(self._kept)
        visit = next(iter(seats.values()))
        keys = {key for seat in seats if (key := live_key(seat.topic)) is not None}
        board = read_board(visit) if any(seat.topic == BOARD for seat in seats) else None
        talks = read_talks(visit, keys) if keys else {}
        pictures = {}
        for seat, sitting in seats.items():
            key = live_key(seat.topic)
            if key is None and board is not None:
                pictures[seat] = _board(_Sheet(easel, sitting, seat), board)
            else:
                talk = None if key is None else talks.get(key)
                if talk is None or not talk.call.in_progress:
                    pictures[seat] = Picture(over=True)
                else:
                    pictures[seat] = _talk(_Sheet(easel, sitting, seat), talk)
        self._kept = easel.used
        return pictures


class _Easel:
    """What is drawn in one look, and what was in the one before."""

    def __init__(self, kept: Mapping[_Key, _Drawn]) -> None:
        self._kept = kept
        self.used: dict[_Key, _Drawn] = {}

    def draw(self, visit: Visit, seat: Seat, template: str, values: dict[str, Any]) -> _Drawn:
        key = (template, seat.language, seat.actions, tuple(values.values()))
        drawn = self.used.get(key) or self._kept.get(key) or visit.sketch(f"live/{template}.html", **values)
        self.used[key] = drawn
        return drawn


class _Sheet:
    """One picture in the making."""

    def __init__(self, easel: _Easel, visit: Visit, seat: Seat) -> None:
        self._easel, self._visit, self._seat = easel, visit, seat
        self._boxes: dict[str, str] = {}
        self._lists: dict[str, dict[str, str]] = {}
        self._subjects: set[str] = set()

    def box(self, name: str, **values: Any) -> None:
        self._boxes[name] = self._draw(name, values)

    def rows(self, name: str, template: str, rows: Mapping[str, dict[str, Any]]) -> None:
        self._lists[name] = {id_: self._draw(template, {"id": id_, **values}) for id_, values in rows.items()}

    def picture(self) -> Picture:
        return Picture(self._boxes, self._lists, frozenset(self._subjects))

    def _draw(self, template: str, values: dict[str, Any]) -> str:
        html, subjects = self._easel.draw(self._visit, self._seat, template, values)
        self._subjects |= subjects
        return html


def _board(sheet: _Sheet, board: Board) -> Picture:
    sheet.box("stats", counts=board.counts, line=board.line, queue=board.queue, workers=board.workers)
    sheet.box("none", calls=len(board.calls), most=MOST_SHOWN, next_at=board.queue.next_at)
    sheet.box("spans", spans=board.spans, at=board.at)
    sheet.box("line", line=board.line)
    sheet.box("workers", workers=board.workers)
    sheet.box("quiet", ended=len(board.ended))
    sheet.rows("calls", "row", {f"call-{call.live}": {"call": call} for call in board.calls})
    sheet.rows("ended", "ended", {_ended_id(call): {"call": call} for call in board.ended})
    return sheet.picture()


def _talk(sheet: _Sheet, talk: Talk) -> Picture:
    sheet.box("state", call=talk.call)
    sheet.box("deeds", call=talk.call)
    sheet.box("order", order=talk.call.order, why=talk.call.why)
    sheet.box("silence", said=bool(talk.lines))
    lines = {f"line-{line.seq}": {"line": line, "text": text} for line, text in talk.lines}
    sheet.rows("talk", "spoken", lines)
    return sheet.picture()


PAINTER: Final = Painter()


def picture_of(visit: Visit, topic: str) -> Picture:
    """What a visitor sees when they come; it goes on record with the page. Raises StoreError."""
    seat = seat_of(visit, topic)
    picture = Painter()({seat: visit})[seat]
    visit.show(picture.subjects)
    return picture


def call_of(visit: Visit) -> tuple[LiveKey, LiveCall]:
    """The call that the address names. Raises NotFoundError, StoreError."""
    text = str(visit.request.path_params["call"])
    key = live_key(text)
    talk = None if key is None else read_talks(visit, [key]).get(key)
    if key is None or talk is None:
        raise NotFoundError("there is no call %(call_id)s", call_id=text[:24])
    return key, talk.call


def _ended_id(call: LiveCall) -> str:
    return f"ended-{call.live}" if call.live.id else f"ended-call-{call.call_id}"
