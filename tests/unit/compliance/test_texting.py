"""Whether a message may go: hours, opt-outs, bars, consent, readers and caps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.compliance.effective import EffectivePack, effective, load_effective
from campaigns.compliance.facts import Consent, FlagFact, LineType, SuppressionFact
from campaigns.compliance.reasons import Reason, cure_text, reason_text
from campaigns.compliance.texting import Occasion, TextFacts, decide_text
from campaigns.compliance.verdict import Allow, Defer, Refuse
from telephony.status import NumberStatus
from tests.unit.compliance.build import facts as call_facts

CN = load_effective("cn-mainland")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday
TEXT = TextFacts(Occasion.FOLLOW_UP, True, False, True, True, False)
FACTS = call_facts(now=NOON)


def without_texts(pack: EffectivePack) -> EffectivePack:
    return EffectivePack(pack.rules.model_copy(update={"texts": None}))


def test_a_follow_up_within_hours_goes() -> None:
    assert isinstance(decide_text(FACTS, TEXT, CN), Allow)


@pytest.mark.parametrize(
    ("change", "text", "reason"),
    [
        ({}, {"opted_out": True}, Reason.TEXT_OPT_OUT),
        ({}, {"stale": True}, Reason.TEXT_STALE),
        ({}, {"carried": False}, Reason.TEXT_NOT_CARRIED),
        ({}, {"right_party_seen": False}, Reason.READER_UNKNOWN),
        ({"debt_owed": False}, {}, Reason.NOTHING_OWED),
        ({"suppressions": (SuppressionFact("complaint", None, False),)}, {}, Reason.COMPLAINT),
        ({"suppressions": (SuppressionFact("wrong_party", None, True),)}, {}, Reason.WRONG_PARTY),
        ({"flags": (FlagFact("deceased", True, NOON),)}, {}, Reason.DECEASED),
        ({"open_cases": frozenset({"hardship"})}, {"occasion": Occasion.REMINDER}, Reason.CASE_OPEN),
        ({"clock_virtual": True, "line_simulated": False}, {}, Reason.CLOCK_UNTRUSTED),
    ],
)
def test_what_forbids_a_message(change: dict[str, object], text: dict[str, object], reason: Reason) -> None:
    verdict = decide_text(replace(FACTS, **change), replace(TEXT, **text), CN)  # type: ignore[arg-type]
    assert isinstance(verdict, Refuse)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ({"relation": "employer"}, Reason.NEVER_CALLED),
        ({"status": NumberStatus.EMPTY}, Reason.NUMBER_INVALID),
        ({"status": NumberStatus.RISK}, Reason.NUMBER_NEEDS_REVIEW),
        ({"status": NumberStatus.UNKNOWN}, Reason.READER_UNKNOWN),
        ({"consent": Consent.REVOKED}, Reason.CONSENT_REVOKED),
    ],
)
def test_what_of_a_number_forbids_it(number: dict[str, object], reason: Reason) -> None:
    facts = replace(FACTS, number=replace(FACTS.number, **number))  # type: ignore[arg-type]
    verdict = decide_text(facts, TEXT, CN)
    assert isinstance(verdict, Refuse)
    assert verdict.reason is reason


def test_a_number_that_is_off_gets_it_later_and_a_neutral_one_needs_no_reader() -> None:
    off = replace(FACTS, number=replace(FACTS.number, status=NumberStatus.POWERED_OFF))
    neutral = replace(TEXT, reveals_debt=False, right_party_seen=False)
    assert isinstance(decide_text(off, TEXT, CN), Allow)
    assert isinstance(decide_text(FACTS, neutral, CN), Allow)


def test_at_night_it_waits_for_the_morning_and_a_reply_does_not() -> None:
    night = replace(FACTS, now=datetime(2026, 3, 2, 15, 0, tzinfo=UTC))  # 23:00
    verdict = decide_text(night, TEXT, CN)
    assert isinstance(verdict, Defer)
    assert verdict.until.astimezone(SHANGHAI) == datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI)
    reply = replace(TEXT, occasion=Occasion.REPLY, opted_out=True, reveals_debt=False)
    assert isinstance(decide_text(night, reply, CN), Allow)


def test_a_full_day_waits_for_the_next_and_a_full_week_for_the_day_that_falls_out() -> None:
    today = tuple(NOON - timedelta(hours=hours) for hours in (1, 2))
    verdict = decide_text(FACTS, replace(TEXT, sent_at=today), CN)
    assert isinstance(verdict, Defer)
    assert verdict.reason is Reason.TEXT_CAP
    assert verdict.until.astimezone(SHANGHAI) == datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI)
    week = tuple(NOON - timedelta(days=days) for days in (1, 2, 3, 4, 5))
    verdict = decide_text(FACTS, replace(TEXT, sent_at=week), CN)
    assert isinstance(verdict, Defer)
    assert verdict.until.astimezone(SHANGHAI).date() == (NOON + timedelta(days=2)).date()


def test_a_pack_that_says_nothing_of_messages_allows_none() -> None:
    verdict = decide_text(FACTS, TEXT, without_texts(CN))
    assert isinstance(verdict, Refuse)
    assert verdict.reason is Reason.TEXTS_NOT_RULED


def test_in_the_united_states_no_message_goes_without_consent() -> None:
    us = load_effective("us-reg-f")
    number = replace(FACTS.number, line=LineType.WIRELESS, zones=("America/New_York",))
    facts = replace(FACTS, number=number, region="NY", now=datetime(2026, 3, 3, 17, tzinfo=UTC))
    verdict = decide_text(facts, TEXT, us)
    assert isinstance(verdict, Refuse)
    assert us.rules.texts is not None
    assert us.rules.texts.stop_bars_calls


@given(
    st.integers(0, 14 * 24 * 60),
    st.lists(st.integers(0, 9 * 24 * 60), max_size=8),
    st.booleans(),
)
def test_a_deferral_leads_to_a_moment_at_which_it_may_go(minute: int, sent: list[int], reveals: bool) -> None:
    now = NOON + timedelta(minutes=minute)
    text = replace(TEXT, reveals_debt=reveals, sent_at=tuple(now - timedelta(minutes=ago) for ago in sent))
    facts = replace(FACTS, now=now, ledger_time=None)
    verdict = decide_text(facts, text, CN)
    assert not isinstance(verdict, Refuse)
    if isinstance(verdict, Defer):
        assert verdict.until > now
        assert isinstance(decide_text(replace(facts, now=verdict.until), text, CN), Allow)
    # One more message, or an opt-out, never allows what was not allowed.
    more = decide_text(facts, replace(text, sent_at=(*text.sent_at, now)), CN)
    if not isinstance(verdict, Allow):
        assert not isinstance(more, Allow)
    assert isinstance(decide_text(facts, replace(text, opted_out=True), CN), Refuse)


def test_a_house_may_send_less_and_let_stop_reach_further_never_the_other_way(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    head = "schema: xiaorong-rulepack-overrides/1\npack: cn-mainland\n"
    path.write_text(head + "texts: {per_debtor_day: {default: 1}, stop_bars_calls: true}\n")
    texts = load_effective("cn-mainland", path).rules.texts
    assert texts is not None
    assert (texts.per_debtor_day.default, texts.stop_bars_calls) == (1, True)
    path.write_text(head.replace("cn-mainland", "us-reg-f") + "texts: {stop_bars_calls: false}\n")
    with pytest.raises(DataFileError, match="stop_bars_calls"):
        load_effective("us-reg-f", path)
    assert effective(CN.rules).digest == CN.digest


def test_every_reason_has_its_words() -> None:
    for reason in Reason:
        assert reason_text(reason) != reason
        assert cure_text(reason)
