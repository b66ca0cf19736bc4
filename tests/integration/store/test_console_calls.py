"""Finding calls by what was said in them, and judging them, on every database there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.transcript import Entry
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import inbound_row, turn_rows
from campaigns.errors import NotFoundError
from campaigns.store.console import call_filters, reviews
from campaigns.store.console.call_views import Quality, Wanted
from campaigns.store.console.calls import choices, latest_start, search_calls
from campaigns.store.console.results import calls_after
from campaigns.store.database import Database
from campaigns.store.models import Account, Call, Promise, TurnRecord
from tests.integration.store.rows import AT, add_customer


def add_call(session: Session, hours: int, *entries: Entry) -> int:
    at = AT + timedelta(hours=hours)
    record = CallRecord(
        line="simulated",
        line_call_id=f"c{hours}",
        flow="inbound",
        flow_version=f"v{hours}",
        started_at=at,
        answered_at=at,
        ended_at=at + timedelta(seconds=40),
        cause="normal",
        sip_code=None,
        disposition="no_commitment",
        entries=entries,
    )
    call = inbound_row(record, None, None)
    session.add(call)
    session.flush()
    for turn in turn_rows(record):
        turn.call_id = call.id
        session.add(turn)
    session.flush()
    return call.id


def heard(intent: str, confidence: float, *stop_words: str) -> Entry:
    return Entry(AT, "customer", "…", intent=intent, confidence=confidence, stop_words=stop_words)


def test_calls_are_found_by_what_was_said_and_how_it_was_judged(database: Database) -> None:
    with database.transaction() as session:
        sure = add_call(session, 0, heard("affirm", 0.9))
        grave = add_call(session, 1, heard("affirm", 0.9), heard("complaint", 0.8, "self_harm", "minor"))
        unsure = add_call(session, 2, heard("complaint", 0.3))
        judged = reviews.Judgement("call@1", {"greeting": 100}, 40, True, "a note")
        assert reviews.judge(session, grave, judged, by="q", at=AT) is None
        assert reviews.judge(session, grave, judged, by="q", at=AT) == 40
        assert reviews.mark(session, unsure, 0, None, by="q", at=AT) == ("complaint", None)
        assert reviews.mark(session, unsure, 0, "affirm", by="q", at=AT) == ("complaint", None)
        assert reviews.mark(session, unsure, 0, "deny", by="q", at=AT) == ("complaint", "affirm")
        with pytest.raises(NotFoundError):
            reviews.mark(session, unsure, 1, None, by="q", at=AT)
    with database.reading() as session:
        for wanted, expected in (
            (Wanted(), [unsure, grave, sure]),
            (Wanted(intent="complaint"), [unsure, grave]),
            (Wanted(unsure=True), [unsure]),
            (Wanted(stop_word="any"), [grave]),
            (Wanted(stop_word="minor"), [grave]),
            (Wanted(stop_word="death"), []),
            (Wanted(quality=Quality.POOR), [grave]),
            (Wanted(quality=Quality.MARKED), [unsure]),
            (Wanted(quality=Quality.UNSCORED, version="v2"), [unsure]),
            (Wanted(since=AT + timedelta(hours=1), until=AT + timedelta(hours=2)), [grave]),
            (Wanted(talk_s=40), [unsure, grave, sure]),
            (Wanted(talk_s=41), []),
            (Wanted(talk_s=10, intent="complaint", unsure=True), [unsure]),
            (Wanted(promise="none", direction="inbound", right_party=False), [unsure, grave, sure]),
        ):
            assert [line.id for line in search_calls(session, wanted)[0].lines] == expected, wanted
            assert search_calls(session, wanted)[1].calls == len(expected)
        (line,) = search_calls(session, Wanted(stop_word="any"))[0].lines
        assert (line.least, line.stop_words, line.score, line.failed) == (
            0.8,
            ("self_harm", "minor"),
            40,
            True,
        )
        first = search_calls(session, Wanted(), limit=2)[0]
        assert first.next is not None
        assert [line.id for line in search_calls(session, Wanted(), after=first.next)[0].lines] == [sure]
        assert latest_start(session) == AT + timedelta(hours=2)
        assert ("inbound", "v1") in choices(session).versions
    with database.transaction() as session:
        reviews.unmark(session, unsure, 0)
        assert reviews.marks_of(session, unsure) == {}


def test_pages_are_the_same_however_few_are_looked_up_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What few calls have is looked up first, what many have along the way: both find the same."""
    with database.transaction() as session:
        customer = add_customer(session)
        account_id = session.scalars(select(Account.id)).one()
        for n in range(12):
            call = _call(session, customer.id, n)
            if n % 2:
                state = "kept" if n % 4 == 1 else "broken"
                made_at = AT + timedelta(minutes=n, seconds=40)
                session.add(
                    Promise(
                        call_id=call, customer_id=customer.id, account_id=account_id, amount=1,
                        currency="CNY", due=AT.date(), state=state, made_at=made_at,
                    )
                )  # fmt: skip
    questions = (
        Wanted(promise="kept"),
        Wanted(intent="deny"),
        Wanted(stop_word="death"),
        Wanted(promise="kept", intent="deny"),
    )
    seen = []
    for few in (100, 2, 1, 0):
        monkeypatch.setattr(call_filters, "FEW", max(few, 1))
        monkeypatch.setattr(call_filters, "OF_LATEST", max(few, 1))
        with database.reading() as session:
            seen.append([list(_all_pages(session, wanted)) for wanted in questions])
    assert all(each == seen[0] for each in seen)
    assert [len(each) for each in seen[0]] == [3, 4, 2, 1]


def _all_pages(session: Session, wanted: Wanted) -> Iterator[int]:
    after = None
    while True:
        page, found = search_calls(session, wanted, after=after, limit=1)
        assert found.more or found.calls >= len(page.lines)
        yield from (line.id for line in page.lines)
        if page.next is None:
            return
        after = page.next


def _call(session: Session, customer_id: int, n: int) -> int:
    """A call of the ``n``-th minute; every third was answered by a denial, every sixth of a death."""
    call = Call(
        direction="inbound", customer_id=customer_id, line="simulated", line_call_id=str(n), flow="f",
        flow_version="1", started_at=AT + timedelta(minutes=n),
        ended_at=AT + timedelta(minutes=n, seconds=50), cause="normal", disposition="promise",
    )  # fmt: skip
    session.add(call)
    session.flush()
    if n % 3 == 0:
        words = {"stop_words": ["illness_hardship", "death"]} if n % 6 == 0 else {}
        session.add(
            TurnRecord(
                call_id=call.id, seq=0, at=AT, speaker="customer", text="x", intent="deny", details=words
            )
        )  # fmt: skip
    return call.id


def test_a_reader_of_results_who_begins_at_a_time_misses_nothing(database: Database) -> None:
    """Calls are on record in another order than they ended in."""
    with database.transaction() as session:
        ids = {hours: add_call(session, hours) for hours in (5, 0, 6, 1, 7, 4)}
    wanted = [ids[hours] for hours in (5, 6, 7, 4)]
    since = AT + timedelta(hours=4)
    with database.reading() as session:
        for size in (1, 3, 9):
            read: list[int] = []
            while page := calls_after(session, read[-1] if read else 0, since=since, limit=size):
                assert len(page) <= size
                read += [call.id for call in page]
            assert read == wanted
        assert calls_after(session, 0, since=AT + timedelta(hours=8)) == []
