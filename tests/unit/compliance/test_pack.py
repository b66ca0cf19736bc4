"""Reading rule packs and a tenant's overrides: mistakes name file, line and key; hard limits hold."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.compliance.effective import effective, load_effective
from campaigns.compliance.explain import authorities
from campaigns.compliance.limits import CountOverride, HoursOverride
from campaigns.compliance.overrides import Overrides, load_overrides
from campaigns.compliance.pack import PACKS, RulePack, load_pack, pack_names
from campaigns.compliance.sections import InForce
from telephony.status import HangupCause
from tests.unit.compliance.build import american, china, china_with, write_overrides, write_pack

CHINA = (PACKS / "cn-mainland.yaml").read_text(encoding="utf-8")


def broken(folder: Path, old: str, new: str) -> tuple[int, str]:
    """Load the shipped pack with one spot changed: the line of that spot, and the error."""
    assert CHINA.count(old) == 1
    path = folder / "cn-mainland.yaml"
    path.write_text(CHINA.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_pack("cn-mainland", folder)
    return CHINA[: CHINA.index(old)].count("\n") + 1, str(caught.value).removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("old", "new", "key", "hint"),
    [
        ("  last_start_margin_s:", "  last_start_marginn_s:", "times.last_start_marginn_s", "no such key"),
        ('start: "10:00"}', "start: 10:00}", "regions.CN-XJ.start", "in quotes"),
        ('start: "10:00"}', 'start: "25:00"}', "regions.CN-XJ.start", "HH:MM"),
        ("fallback_zone: Asia/Shanghai", "fallback_zone: Asia/Shangai", "times.fallback_zone", "time zone"),
        ("calendar: cn-state-council", "calendar: lunar", "times.days_off.calendar", "cn-state-council"),
        ("hard: 3, default: 1}", "hard: 3, default: 4}", "caps.effective_talks_per_debtor_day", "looser"),
        ("  busy: {attempts: null", "  bussy: {attempts: null", "number_states.bussy", "Input should be"),
        (
            "{do: suppress_customer, reason: do_not_call}\n    wrong_party",
            "{do: suppress_customer, reason: min_gap}\n    wrong_party",
            "aftermath.stop_words.stop_calling",
            "no reason for a suppression",
        ),
        ("employer: never", "employer: nevr", "who.employer", "Input should be"),
        ("  powered_off: {attempts: 2", "  off: {attempts: 2", "off", "quote it"),
        ("{leave: false}", "{leave: 0}", "voicemail.leave", "boolean"),
        ("permit_lifetime_s: 60", "permit_lifetime_s: 600", "permit_lifetime_s", "less than or equal to 60"),
        ('default: ["09:00", "20:30"]', 'default: ["07:00", "20:30"]', "times.window", "looser than hard"),
        (
            "complaint_pending: {then: human_only, reason: complaint",
            "complaint_pending: {then: human_only, reason: min_gap",
            "gates.complaint_pending.reason",
            "no reason of a gate",
        ),
        (
            "[institution, ai_identity, recording_notice, identity_check, purpose_and_debt",
            "[institution, ai_identity, recording_notice, purpose_and_debt, identity_check",
            "speak",
            "after identity_check",
        ),
        (
            "{otherwise: notice, all_party: ask",
            "{otherwise: ask_and_stop_if_refused, all_party: notice} # ",
            "speak.recording",
            "looser",
        ),
    ],
)
def test_a_mistake_names_its_line_and_key(tmp_path: Path, old: str, new: str, key: str, hint: str) -> None:
    line, message = broken(tmp_path, old, new)
    number, where, rest = re.match(r"(\d+): ([^:]+): (.*)", message, re.DOTALL).groups()  # type: ignore[union-attr]
    assert abs(int(number) - line) <= 1  # the spot may begin on the line above its key
    assert where.startswith(key)
    assert hint in rest


def test_a_state_that_is_not_mentioned_is_an_error(tmp_path: Path) -> None:
    _, message = broken(tmp_path, "  risk: {attempts: 0, then: human_review}\n", "")
    assert "number_states: " in message
    assert "risk" in message


def test_an_unknown_number_can_not_be_made_callable(tmp_path: Path) -> None:
    _, message = broken(
        tmp_path,
        "  unknown: {attempts: 0, then: recheck, recheck_h: 0}",
        "  unknown: {attempts: 1, max_age_h: 1}",
    )
    assert "never called" in message


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("  min_gap_min: {default: [house]}\n", "", "basis says nothing of min_gap_min"),
        (
            "  min_gap_min: {default: [house]}",
            "  min_gap_min: {default: [hause]}",
            "there is no source 'hause'",
        ),
        ("  min_gap_min: {default: [house]}", "  min_gap: {default: [house]}", "the pack has no such rule"),
        ("permit_lifetime_s: 60", "permit_lifetime_s: 60 ", None),
        ("{hard: 60, default: 60}", "{hard: 60, default: 30}", "longer than consent.revocation_effect_s"),
    ],
)
def test_every_rule_rests_on_a_source(tmp_path: Path, old: str, new: str, hint: str | None) -> None:
    path = tmp_path / "cn-mainland.yaml"
    assert CHINA.count(old) == 1
    path.write_text(CHINA.replace(old, new), encoding="utf-8")
    if hint is None:
        load_pack("cn-mainland", tmp_path)
        return
    with pytest.raises(DataFileError, match=re.escape(hint)):
        load_pack("cn-mainland", tmp_path)


@pytest.mark.parametrize("name", pack_names())
def test_every_rule_that_a_decision_can_name_has_a_source(name: str) -> None:
    pack = load_effective(name)
    rules = [
        "aftermath",
        "times.window",
        "consent.needed_for",
        "number_states.active.max_age_h",
        "first_notice",
    ]
    rules += [f"caps.{cap}" for cap in pack.rules.caps] + [f"gates.{gate}" for gate in pack.rules.gates]
    for rule in rules:
        if rule != "first_notice" or pack.rules.first_notice is not None:
            assert authorities(rule, pack), rule
    assert not authorities("campaign", pack)


def test_an_unknown_pack_names_the_known_ones() -> None:
    with pytest.raises(DataFileError, match="known: cn-mainland"):
        load_pack("cn-mainlnad")


def test_a_pack_is_named_by_id_version_and_content(tmp_path: Path) -> None:
    shipped = china()
    assert shipped.identity == "cn-mainland@2026-11-23"
    assert shipped.label.startswith("cn-mainland@2026-11-23#")
    assert len(shipped.label) <= 64
    (tmp_path / "cn-mainland.yaml").write_text("# another comment\n" + CHINA, encoding="utf-8")
    assert effective(load_pack("cn-mainland", tmp_path)).digest == shipped.digest
    assert china_with(tmp_path, "cooldown: {after_talk_h: {default: 25}}\n").digest != shipped.digest


LOOSENINGS = [
    ('times: {window: {hard: ["07:00", "22:00"]}}', "times.window.hard"),
    ('times: {window: {default: ["09:00", "22:30"]}}', "times.window.default"),
    ('times: {days_off: {window: {default: ["06:00", "22:00"]}}}', "times.days_off.window.default"),
    ("times: {last_start_margin_s: {default: 60}}", "times.last_start_margin_s.default"),
    ("caps: {effective_talks_per_debtor_day: {default: 4}}", "caps.effective_talks_per_debtor_day.default"),
    ("caps: {attempts_per_number_day: {hard: 7}}", "caps.attempts_per_number_day.hard"),
    ("caps: {attempts_per_nmuber_day: {hard: 1}}", "caps.attempts_per_nmuber_day"),
    ('regions: {CN-XJ: {start: "09:00"}}', "regions.CN-XJ.start"),
    ("number_states: {powered_off: {attempts: 3}}", "number_states.powered_off.attempts"),
    ("number_states: {active: {max_age_h: 9999}}", "number_states.active.max_age_h"),
    ("number_states: {silent: {within_h: 1}}", "number_states.silent.within_h"),
    ("who: {employer: bot}", "who.employer"),
    ("who: {cousin: bot}", "who.cousin"),
    ("regions: {CN-XJ: {caps: {attempts_per_debtr_day: 1}}}", "regions.CN-XJ.caps.attempts_per_debtr_day"),
    ("regions: {XJ: {}}", "regions.XJ"),
    ("number_states: {active: {attempts: 0}}", "number_states.active.attempts"),
    ("debtor_agreed: {grace_min: 90}", "debtor_agreed.grace_min"),
    ("cases_that_do_not_bar: [callback, complaint]", "cases_that_do_not_bar"),
    ("retention_days: {recordings: {default: 30}}", "retention_days.recordings.default"),
]


@pytest.mark.parametrize(("line", "key"), LOOSENINGS, ids=[key for _, key in LOOSENINGS])
def test_no_override_loosens_what_is_hard(tmp_path: Path, line: str, key: str) -> None:
    path = write_overrides(tmp_path, f"{line}\n")
    with pytest.raises(DataFileError) as caught:
        load_effective("cn-mainland", path)
    assert str(caught.value).startswith(f"{path}:3: {key}: ")


@pytest.mark.parametrize(
    "line", ["tiems: {}", "caps: {attempts_per_debtor_day: {defualt: 2}}", "permit_lifetime_s: 3600"]
)
def test_a_typo_in_the_overrides_names_its_line(tmp_path: Path, line: str) -> None:
    path = write_overrides(tmp_path, f"{line}\n")
    with pytest.raises(DataFileError, match=re.escape(f"{path}:3: ")):
        load_overrides(path)


def test_overrides_for_another_pack_are_refused(tmp_path: Path) -> None:
    other = write_pack(tmp_path, "elsewhere")
    with pytest.raises(DataFileError, match="for 'cn-mainland', not for 'elsewhere'"):
        effective(other.rules, load_overrides(write_overrides(tmp_path, "")))


def test_tightening_hard_takes_the_default_along(tmp_path: Path) -> None:
    pack = china_with(
        tmp_path,
        'times: {window: {hard: ["10:00", "19:00"]}}\n'
        "caps: {attempts_per_debtor_day: {hard: 2}, attempts_per_number_day: {default: 6}}\n",
    )
    assert pack.rules.times.window.default.start == time(10)
    assert pack.rules.times.window.default.end == time(19)
    assert pack.rules.caps["attempts_per_debtor_day"].default == 2
    assert pack.rules.caps["attempts_per_number_day"].default == 6


def test_what_another_pack_closes_or_dates_stays_so(tmp_path: Path) -> None:
    rules = american(tmp_path).rules
    dated = rules.model_copy(
        update={"in_force": InForce.model_validate({"from": "2026-01-01", "until": "2027-01-01"})}
    )
    region = {"US-MA": {"caps": {"attempts_7d": 1}, "start": "10:00"}}
    tightened = effective(
        dated, overrides_of("us-test", regions=region, cooldown={"after_talk_days": {"default": 9}})
    ).rules
    assert tightened.regions["US-MA"].caps == {"attempts_7d": 1}
    assert tightened.regions["US-MA"].start == time(10)
    assert tightened.cooldown.after_talk_days is not None
    assert tightened.cooldown.after_talk_days.default == 9
    for key, change in (
        ("times.days_off.window", {"times": {"days_off": {"window": {"default": ["10:00", "12:00"]}}}}),
        ("in_force.until", {"in_force": {"until": "2028-01-01"}}),
        ("regions.US-MA.caps.attempts_7d", {"regions": {"US-MA": {"caps": {"attempts_7d": 3}}}}),
        ("cooldown.after_talk_days.default", {"cooldown": {"after_talk_days": {"default": 6}}}),
    ):
        with pytest.raises(DataFileError) as caught:
            effective(dated, overrides_of("us-test", **change))
        assert caught.value.key == key


def overrides_of(pack: str, **sections: Any) -> Overrides:
    return Overrides.model_validate({"schema": "xiaorong-rulepack-overrides/1", "pack": pack, **sections})


def test_days_off_can_be_closed_and_more_of_them_named(tmp_path: Path) -> None:
    pack = china_with(tmp_path, "times: {days_off: {closed: true, dates: [2026-03-02]}}\n")
    assert pack.rules.times.days_off.window is None
    assert [day.isoformat() for day in pack.rules.times.days_off.dates] == ["2026-03-02"]


counts = st.none() | st.integers(0, 2000)
count_overrides = st.builds(CountOverride, hard=counts, default=counts)
clocks = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
windows = st.none() | st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1])
hour_overrides = st.builds(HoursOverride, hard=windows, default=windows)


@st.composite
def overrides(draw: st.DrawFn) -> Overrides:
    caps = st.sampled_from(sorted(china().rules.caps))
    gaps = st.sampled_from([HangupCause.BUSY, HangupCause.DROPPED, "otherwise"])
    return Overrides.model_validate(
        {
            "schema": "xiaorong-rulepack-overrides/1",
            "pack": "cn-mainland",
            "times": {"window": draw(hour_overrides), "last_start_margin_s": draw(count_overrides)},
            "caps": draw(st.dictionaries(caps, count_overrides, max_size=2)),
            "min_gap_min": draw(st.dictionaries(gaps, count_overrides, max_size=1)),
            "retention_days": {
                "recordings": draw(count_overrides),
                "products": {"credit_card": {"decisions": draw(count_overrides)}},
            },
            "gates": draw(
                st.sampled_from([{}, {"deceased": {"required": True}}, {"own": {"reason": "gate_closed"}}])
            ),
            "consent": {"needed_for": draw(st.sampled_from([[], ["landline"]]))},
            "debtor_agreed": draw(st.sampled_from([{}, {"may_widen": False}])),
            "number_states": {"powered_off": {"attempts": draw(counts)}},
        }
    )


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(overrides())
def test_whatever_a_tenant_writes_hard_stays_hard(by: Overrides) -> None:
    law = china().rules
    try:
        rules = effective(law, by).rules
    except DataFileError:
        return  # refused: nothing is in force that could be too loose
    assert rules.times.window.default.within(law.times.window.hard)
    assert rules.times.window.hard.within(law.times.window.hard)
    assert rules.times.last_start_margin_s.default >= 420
    for name, cap in law.caps.items():
        if cap.hard is not None:
            assert rules.caps[name].default <= cap.hard
            assert (rules.caps[name].hard or 0) <= cap.hard
    assert rules.retention_days.recordings.default >= 1825
    cards = rules.retention_days.products["credit_card"].decisions
    assert cards is not None
    assert cards.default >= 730
    assert rules.gates.keys() >= law.gates.keys()
    assert set(rules.consent.needed_for) >= set(law.consent.needed_for)
    assert (rules.number_states["powered_off"].attempts or 0) <= 2  # type: ignore[index]
    content = yaml.safe_load(rules.model_dump_json(by_alias=True))
    assert RulePack.model_validate(content) == rules  # still a pack that could be read from a file
