"""What a carrier told of messages outlives the process that heard it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.mailbox import Mailbox
from telephony.messages import Delivery, Receipt, TextReceived, Wish

TEXTS = st.builds(
    TextReceived,
    st.text(max_size=8),
    st.just("+8613800000001"),
    st.text(max_size=20),
    st.sampled_from([None, *Wish]),
)
RECEIPTS = st.builds(Receipt, st.text(max_size=8), st.sampled_from(Delivery), st.none() | st.text(max_size=8))
STOP = TextReceived("in1", "+8613800000001", "退订\nTD", Wish.STOP)


def crash(box: Mailbox) -> None:
    """As if the process died: its lock is free, and nothing more is written."""
    box.close()


@given(
    st.lists(st.tuples(RECEIPTS | TEXTS, st.booleans()), max_size=12),
    st.binary(max_size=12).filter(lambda cut: b"\n" not in cut),
)
def test_what_is_not_done_is_left_in_its_order_and_a_line_that_was_cut_off_spoils_nothing(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[Receipt | TextReceived, bool]], cut: bytes
) -> None:
    folder = tmp_path_factory.mktemp("box")
    box = Mailbox(folder)
    for event, _ in events:
        box.put(event)
    waiting = [event for event, _ in events]
    for event, done in events:
        if done:
            box.done(event)
            waiting.remove(event)
    crash(box)
    with (folder / "events-0.jsonl").open("ab") as file:
        file.write(cut)
    again = Mailbox(folder)
    assert sorted(map(repr, again.left)) == sorted(map(repr, waiting))
    again.put(STOP)
    crash(again)
    last = Mailbox(folder)
    assert STOP in last.left
    assert len(last.left) == len(waiting) + 1
    crash(last)


def test_a_live_process_keeps_its_own_and_a_dead_ones_is_taken_over(tmp_path: Path) -> None:
    first, second = Mailbox(tmp_path), Mailbox(tmp_path)
    first.put(STOP)
    second.put(Receipt("m1", Delivery.SENT))
    crash(second)
    third = Mailbox(tmp_path)
    assert third.left == (Receipt("m1", Delivery.SENT),)
    crash(first)
    crash(third)
    fourth = Mailbox(tmp_path)
    assert set(fourth.left) == {STOP, Receipt("m1", Delivery.SENT)}
    assert [path.name for path in tmp_path.iterdir()] == ["events-0.jsonl"]
    crash(fourth)


def test_nothing_of_anybody_stays_when_all_is_on_record_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    box.put(STOP)
    path = tmp_path / "events-0.jsonl"
    assert path.stat().st_mode & 0o077 == 0
    assert path.stat().st_size > 0
    box.done(STOP)
    box.done(STOP)
    assert path.stat().st_size == 0
    crash(box)


def test_a_full_disk_is_told_of_and_the_event_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    box = Mailbox(tmp_path)

    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        box.put(STOP)
    assert "No space left" in caplog.text
    assert STOP.number not in caplog.text
    box.done(STOP)
    crash(box)
