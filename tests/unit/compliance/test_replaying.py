"""A decision on record is taken again to the same verdict, and under other rules to theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.compliance.decide import decide, earliest
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.explain import standing
from campaigns.compliance.facts import CallFacts, Consent, FlagFact, LineType
from campaigns.compliance.facts_data import facts_data, facts_from
from campaigns.compliance.inputs import decision_inputs
from campaigns.compliance.personal import PersonalHours
from campaigns.compliance.reasons import Reason
from campaigns.compliance.replay import Outcome, Replay
from campaigns.compliance.verdict import Allow, Defer, Refuse
from tests.unit.compliance.build import DAY, attempt, china, china_with, facts, local, tried, us, us_facts
from tests.unit.compliance.test_properties import any_facts, past

weekdays = st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple)
personal = st.builds(
    PersonalHours,
    st.booleans(),
    st.sampled_from([time(0), time(9), time(13)]),
    st.sampled_from([time(14), time(21), time.max]),
    weekdays,
    st.booleans(),
)


@st.composite
def more_facts(draw: st.DrawFn) -> CallFacts:
    """Facts that the United States pack weighs too."""
    case = draw(any_facts())
    names = st.sampled_from(sorted(us().rules.gates))
    flags = (
        [FlagFact(name, False, case.now - DAY) for name in us().rules.gates] if draw(st.booleans()) else []
    )
    flags += draw(
        st.lists(st.builds(FlagFact, names, st.booleans(), past.map(lambda d: case.now - d)), max_size=1)
    )
    number = replace(
        case.number,
        zones=draw(st.sampled_from([(), ("America/New_York",), ("America/Chicago", "America/Denver")])),
        line=draw(st.sampled_from(LineType)),
        consent=draw(st.sampled_from([Consent.GIVEN, *Consent])),
    )
    return replace(
        case,
        number=number,
        region=draw(st.sampled_from(["New York", "MA", "广东", "新疆", "Tibet", None, "nowhere"])),
        last_region=draw(st.sampled_from([None, None, "Texas", "nowhere"])),
        debt=draw(st.sampled_from([None, 1])),
        debtor_attempts=tuple(
            replace(a, debt=draw(st.sampled_from([None, 1, 2]))) for a in case.debtor_attempts
        ),
        personal_hours=tuple(draw(st.lists(personal, max_size=2))),
        flags=tuple(flags),
        first_contact_at=draw(st.none() | past.map(lambda d: case.now - d)),
        notice_sent_at=draw(st.none() | past.map(lambda d: case.now - d)),
    )


@pytest.mark.parametrize("pack", [china(), us()], ids=["cn", "us"])
@settings(max_examples=30)
@given(case=more_facts())
def test_what_is_recorded_is_decided_the_same_again(pack: EffectivePack, case: CallFacts) -> None:
    recorded = json.loads(json.dumps(facts_data(case, pack)))
    again = facts_from(recorded)
    assert decide(again, pack) == decide(case, pack)
    assert decision_inputs(again, pack) == decision_inputs(case, pack)
    assert "nowhere" not in str(recorded)


@pytest.mark.parametrize("pack", [china(), us()], ids=["cn", "us"])
@settings(max_examples=30)
@given(case=more_facts())
def test_every_verdict_can_be_explained(pack: EffectivePack, case: CallFacts) -> None:
    verdict = decide(case, pack)
    stands = standing(case, pack, verdict)
    reasons = [found.reason for found in stands.against]
    if isinstance(verdict, Allow):
        assert not reasons
        assert stands.facts
        assert stands.earliest == case.now
    else:
        assert verdict.reason in reasons
        assert all(found.facts or not found.rule for found in stands.against), stands.against
    if isinstance(verdict, Defer):
        later = replace(case, now=verdict.until)
        by_then = [found.reason for found in standing(later, pack, decide(later, pack)).against]
        assert stands.earliest == (None if Reason.CALENDAR_UNKNOWN in by_then else verdict.until)


@given(case=more_facts(), said=personal)
def test_hours_that_do_not_suit_never_add_a_call_and_agreed_ones_never_take_one(
    case: CallFacts, said: PersonalHours
) -> None:
    before = decide(case, china())
    after = decide(replace(case, personal_hours=(*case.personal_hours, said)), china())
    if said.agreed:
        assert not isinstance(before, Allow) or isinstance(after, Allow)
    else:
        assert isinstance(before, Allow) or not isinstance(after, Allow)


def test_all_that_is_missing_on_file_is_told_at_once() -> None:
    nothing = replace(us_facts(), flags=())
    told = standing(nothing, us(), decide(nothing, us())).against
    assert [found.rule for found in told] == [
        f"gates.{name}" for name, gate in us().rules.gates.items() if gate.required
    ]


def test_a_refusal_says_when_a_call_could_be_placed_if_it_were_lifted() -> None:
    night = facts(now=local(2, 23), debt_owed=False)
    assert isinstance(decide(night, china()), Refuse)
    assert earliest(night, china()) == local(3, 9)
    assert earliest(facts(zones=("Mars/Olympus",)), china()) is None


def test_a_change_of_rules_is_shown_by_what_it_changes(tmp_path: Path) -> None:
    stricter = china_with(tmp_path, "caps: {attempts_per_number_day: {default: 1}}\n")
    replay = Replay(stricter, china())
    cases = [
        facts(),
        facts(now=local(2, 19), **tried(attempt(local(2, 12)))),
        facts(now=local(2, 20), **tried(attempt(local(2, 12)))),
        facts(debt_owed=False),
    ]
    for n, case in enumerate(cases):
        replay.take(n, 7, china().label, Outcome.of(decide(case, china())), case)
    replay.take(9, 8, china().label, Outcome("allow", "allowed", ""), None)
    replay.take(10, 8, china().label, Outcome("allow", "allowed", ""), facts(debt_owed=False))
    assert (replay.replayed, replay.not_replayable, replay.differ) == (5, 1, 1)
    assert [change.decision_id for change in replay.changes] == [1, 2, 10]
    assert replay.kinds()[0] == (("allow", "allowed"), ("defer", "number_attempts_cap"), 2, 1)
    assert replay.short_of_days == 0
    assert Replay(us(), china()).short_of_days == 23


def test_an_older_or_foreign_record_is_not_taken_for_facts() -> None:
    with pytest.raises((KeyError, ValueError)):
        facts_from({"now": "2026-03-02T04:00:00+00:00"})
    data = facts_data(facts(), china())
    with pytest.raises(ValueError):
        facts_from(data | {"number": {**data["number"], "status": "unheard of"}})
