from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.transcript import Entry
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import inbound_row, turn_rows
from campaigns.store.calls import stored_call
from campaigns.store.database import Database
from campaigns.store.unsure import stood_in, unsure_turns
from tests.integration.store.rows import AT


def heard(text: str, intent: str, confidence: float, **more: object) -> Entry:
    return Entry(AT, "customer", text, step="plan", intent=intent, confidence=confidence, **more)  # type: ignore[arg-type]


ENTRIES = (
    Entry(AT, "bot", "请问是王先生吗", "identity_name", "identity"),
    heard("是我", "confirm_identity", 0.98),
    Entry(AT, "bot", "什么时候能还", "ask_plan", "plan"),
    heard("那个再看看吧", "will_pay_unspecified", 0.55),
    heard("你们挺烦的", "out_of_scope", 0.7),
    Entry(AT, "bot", "什么时候能还", "ask_date", "plan"),
    heard("后天", "inform", 0.99, stand_in="embedded"),
    heard("1234", "inform", 0.1, event="pressed"),
)


def add_call(session: Session, entries: tuple[Entry, ...], days: int = 0) -> int:
    at = AT + timedelta(days=days)
    record = CallRecord(
        line="simulated",
        line_call_id=f"c{days}",
        flow="inbound",
        flow_version="1",
        started_at=at,
        answered_at=at,
        ended_at=at,
        cause="normal",
        disposition="no_promise",
        entries=entries,
    )
    call = inbound_row(record, None, None)
    session.add(call)
    session.flush()
    for turn in turn_rows(record):
        turn.call_id, turn.at = call.id, at
        session.add(turn)
    session.flush()
    return call.id


@pytest.mark.parametrize("below", [0.6, 1.0])
def test_what_was_not_sure_is_found_with_what_was_asked(clean_database: Database, below: float) -> None:
    with clean_database.transaction() as session:
        call = add_call(session, ENTRIES)
        found = list(unsure_turns(session, below))
        assert {turn.call_id for turn in found} == {call}
        said = [(turn.entry.text, turn.asked) for turn in reversed(found)]
        sure = [("是我", "identity_name")] if below == 1.0 else []
        assert said == [*sure, ("那个再看看吧", "ask_plan"), ("你们挺烦的", "ask_plan"), ("后天", "ask_date")]
        assert stood_in(session) == 1
        assert stored_call(session, call).entries[6].stand_in == "embedded"
        assert stored_call(session, call).entries[1].stand_in is None


def test_by_time_and_by_campaign(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        add_call(session, ENTRIES)
        later = add_call(session, ENTRIES, days=3)
        since = AT + timedelta(days=1)
        assert {turn.call_id for turn in unsure_turns(session, 0.6, since=since)} == {later}
        assert stood_in(session, since) == 1
        assert stood_in(session) == 2
        assert list(unsure_turns(session, 0.6, campaign="march")) == []
