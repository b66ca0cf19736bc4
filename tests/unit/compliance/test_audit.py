"""The chain of decisions: whatever is done to it is found, named, and where it was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.audit import Broken, Fault, Gap, Link, Walk, at_the_end
from campaigns.compliance.chain import ZERO, Head, LogSeal, link

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
SEAL = LogSeal(b"k" * 32)


def chain(n: int, start: int = 0) -> list[Link]:
    """A log of ``n`` records after ``start``."""
    links: list[Link] = []
    previous = ZERO
    for record_id in range(start + 1, start + n + 1):
        content = (record_id, AT + timedelta(seconds=record_id), 1, record_id % 3, "defer", {"n": record_id})
        previous = link(previous, content)
        links.append(Link(content, previous))
    return links


def audit(links: list[Link], gaps: list[Gap] | None = None, *, of: list[Link] | None = None) -> Broken | None:
    """Verify ``links`` against the head of the log ``of``."""
    whole = of or links
    start = whole[0].id - 1 if whole else 0
    head = Head(start, ZERO, whole[-1].id if whole else 0, (whole[-1].link or "") if whole else ZERO, ZERO)
    walk = Walk(start, ZERO)
    return walk.along(iter(links), iter(gaps or [])) or at_the_end(walk, head)


def altered(record: Link) -> Link:
    return Link((*record.content[:-1], {"n": "another"}), record.link)


def moved(record: Link, record_id: int) -> Link:
    return Link((record_id, *record.content[1:]), record.link)


@pytest.mark.parametrize("n", [0, 1, 2, 40])
def test_a_log_that_nobody_touched_holds(n: int) -> None:
    assert audit(chain(n)) is None


@given(st.integers(1, 9), st.data())
def test_one_record_altered(n: int, data: st.DataObject) -> None:
    log = chain(n)
    place = data.draw(st.integers(0, n - 1))
    changed = [altered(record) if at == place else record for at, record in enumerate(log)]
    assert audit(changed, of=log) == Broken(Fault.ALTERED, place + 1, place + 1)


@given(st.integers(2, 9), st.data())
def test_records_deleted_from_the_middle(n: int, data: st.DataObject) -> None:
    log = chain(n)
    first = data.draw(st.integers(0, n - 2))
    last = data.draw(st.integers(first, n - 2))
    assert audit(log[:first] + log[last + 1 :], of=log) == Broken(Fault.DELETED, first + 1, last + 1)


@given(st.integers(1, 9), st.data())
def test_records_cut_off_at_the_end(n: int, data: st.DataObject) -> None:
    log = chain(n)
    kept = data.draw(st.integers(0, n - 1))
    assert audit(log[:kept], of=log) == Broken(Fault.TRUNCATED, kept + 1, n)


@given(st.integers(2, 9), st.data())
def test_two_neighbours_swapped(n: int, data: st.DataObject) -> None:
    log = chain(n)
    i = data.draw(st.integers(0, n - 2))
    swapped = [*log[:i], moved(log[i + 1], i + 1), moved(log[i], i + 2), *log[i + 2 :]]
    assert audit(swapped, of=log) == Broken(Fault.REORDERED, i + 1, i + 2)


@given(st.integers(1, 9), st.data())
def test_a_record_put_in_and_the_later_ones_renumbered(n: int, data: st.DataObject) -> None:
    log = chain(n)
    i = data.draw(st.integers(0, n - 1))
    forged = Link((i + 1, AT, 1, 1, "allow", {}), "f" * 64)
    pushed = [*log[:i], forged, *(moved(record, record.id + 1) for record in log[i:])]
    assert audit(pushed, of=log) == Broken(Fault.INSERTED, i + 1, i + 1)


def test_a_record_put_in_behind_the_end() -> None:
    log = chain(3)
    forged: tuple[object, ...] = (4, AT, 1, 1, "allow", {})
    assert audit([*log, Link(forged, link(log[-1].link or "", forged))], of=log) == Broken(
        Fault.INSERTED, 4, 4
    )
    assert audit([*log, Link(forged, None)], of=log) == Broken(Fault.INSERTED, 4, 4)


def test_a_record_taken_out_and_the_later_ones_renumbered() -> None:
    log = chain(5)
    closed_up = [log[0], *(moved(record, record.id - 1) for record in log[2:])]
    assert audit(closed_up, of=log) == Broken(Fault.ALTERED, 2, 2)


def test_all_links_written_anew_do_not_match_the_head() -> None:
    log = chain(4)
    forged: list[Link] = []
    previous = ZERO
    for record in log:
        content = altered(record).content
        previous = link(previous, content)
        forged.append(Link(content, previous))
    assert audit(forged, of=log) == Broken(Fault.HEAD, 4, 4)


@given(st.integers(1, 12), st.data())
def test_what_went_in_time_is_no_fault(n: int, data: st.DataObject) -> None:
    log = chain(n)
    gone = data.draw(st.sets(st.integers(1, n)))
    gaps = [Gap(i, i, log[i - 1].link or "") for i in sorted(gone)]
    left = [record for record in log if record.id not in gone]
    assert audit(left, gaps, of=log) is None
    if left:
        place = data.draw(st.integers(0, len(left) - 1))
        left[place] = altered(left[place])
        broken = audit(left, gaps, of=log)
        assert broken == Broken(Fault.ALTERED, left[place].id, left[place].id)


def test_a_record_that_is_said_to_be_gone_is_not_there() -> None:
    log = chain(3)
    assert audit(log, [Gap(2, 2, log[1].link or "")]) == Broken(Fault.INSERTED, 2, 2)


def test_a_seal_is_of_one_head_and_one_key() -> None:
    head = Head(0, ZERO, 3, "a" * 64, ZERO)
    seal = SEAL.of(head)
    assert SEAL.holds(head, seal)
    assert not SEAL.holds(Head(0, ZERO, 2, "a" * 64, ZERO), seal)
    assert not SEAL.holds(Head(0, ZERO, 3, "a" * 64, "b" * 64), seal)
    assert not LogSeal(b"other" * 8).holds(head, seal)
    assert not SEAL.holds(head, None), "only where nothing is recorded a seal may be missing"
    assert SEAL.holds(Head(7, "c" * 64, 7, "c" * 64, ZERO), None)
    assert "kkk" not in repr(SEAL)
    with pytest.raises(ValueError, match="16 bytes"):
        LogSeal(b"short")


def test_what_cannot_be_kept_cannot_be_linked() -> None:
    with pytest.raises(TypeError, match="set"):
        link(ZERO, (1, {"a"}))
