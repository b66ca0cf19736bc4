"""A ledger out of a backup: what is decided while nobody knows what came after it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.decide import decide
from campaigns.compliance.facts import CallFacts, GapFact
from campaigns.compliance.facts_data import facts_data, facts_from
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.verdict import Allow, Defer, Refuse
from tests.unit.compliance.build import DAY, MONDAY_NOON, china, facts
from tests.unit.compliance.test_properties import any_facts

LOOK_BACK = china().look_back


def gap(days: float, *, confirmed: bool) -> GapFact:
    return GapFact(MONDAY_NOON - days * DAY, confirmed)


@given(any_facts(), st.floats(0, 4_000))
def test_nobody_is_called_before_it_is_confirmed_however_long_that_takes(
    case: CallFacts, days: float
) -> None:
    verdict = decide(replace(case, gap=GapFact(case.now - days * DAY, confirmed=False)), china())
    assert isinstance(verdict, Refuse)


def test_a_campaign_is_stopped_by_it_and_no_customer_is_dropped() -> None:
    verdict = decide(facts(gap=gap(1, confirmed=False)), china())
    assert verdict == Refuse(Reason.LEDGER_GAP, Scope.SYSTEM)


@given(any_facts(), st.floats(0, 1, exclude_max=True))
def test_confirmed_everybody_counts_as_called_until_the_restore(case: CallFacts, share: float) -> None:
    restored = case.now - share * LOOK_BACK
    verdict = decide(replace(case, gap=GapFact(restored, confirmed=True)), china())
    assert not isinstance(verdict, Allow)
    if isinstance(verdict, Defer):
        assert verdict.until >= restored + LOOK_BACK


@given(any_facts(), st.floats(1, 50))
def test_after_the_look_back_it_decides_nothing(case: CallFacts, share: float) -> None:
    restored = case.now - share * LOOK_BACK
    assert decide(replace(case, gap=GapFact(restored, confirmed=True)), china()) == decide(case, china())


def test_it_is_on_record_with_the_decision() -> None:
    case = facts(gap=gap(2, confirmed=True))
    data = facts_data(case, china())
    assert facts_from(data).gap == case.gap
    assert "gap" not in facts_data(facts(), china())
