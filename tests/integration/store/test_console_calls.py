"""Finding calls by what was said in them, and judging them, on every database there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.transcript import Entry
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import inbound_row, turn_rows
from campaigns.errors import NotFoundError
from campaigns.store.console import reviews
from campaigns.store.console.calls import Quality, Wanted, choices, count_calls, find_calls, latest_start
from campaigns.store.database import Database
from tests.integration.store.rows import AT


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
            (Wanted(promise="none", direction="inbound", right_party=False), [unsure, grave, sure]),
        ):
            assert [line.id for line in find_calls(session, wanted).lines] == expected, wanted
            assert count_calls(session, wanted) == len(expected)
        (line,) = find_calls(session, Wanted(stop_word="any")).lines
        assert (line.least, line.stop_words, line.score, line.failed) == (
            0.8,
            ("self_harm", "minor"),
            40,
            True,
        )
        first = find_calls(session, Wanted(), limit=2)
        assert first.next is not None
        assert [line.id for line in find_calls(session, Wanted(), after=first.next).lines] == [sure]
        assert latest_start(session) == AT + timedelta(hours=2)
        assert ("inbound", "v1") in choices(session).versions
    with database.transaction() as session:
        reviews.unmark(session, unsure, 0)
        assert reviews.marks_of(session, unsure) == {}
