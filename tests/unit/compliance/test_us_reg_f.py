"""The United States pack: what Regulation F and the TCPA mean for a call, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import effective
from campaigns.compliance.facts import AttemptFact, Consent, FlagFact, LineType
from campaigns.compliance.overrides import load_overrides
from campaigns.compliance.pack import load_pack
from campaigns.compliance.personal import PersonalHours
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.speaking import RecordingRule
from campaigns.compliance.verdict import Allow, Defer, Refuse
from telephony.line import DialOrder
from tests.unit.compliance.build import DAY, HOUR, NEW_YORK, china, clear, number, talk, us, us_facts

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
TUESDAY = datetime(2026, 3, 3, 12, tzinfo=NEW_YORK)


def cell(**changes: Any) -> Any:
    return replace(us_facts().number, **changes)


def landline(**changes: Any) -> Any:
    return cell(line=LineType.LANDLINE, consent=Consent.NONE, **changes)


def tried(*moments: datetime, debt: int | None = 1) -> dict[str, tuple[AttemptFact, ...]]:
    attempts = tuple(AttemptFact(at, True, "no_answer", at, debt) for at in moments)
    return {"debtor_attempts": attempts, "number_attempts": attempts}


def test_with_everything_on_file_a_call_is_allowed_until_eight() -> None:
    assert decide(us_facts(), us()) == Allow(datetime(2026, 3, 3, 20, tzinfo=NEW_YORK))


REFUSED: list[tuple[str, dict[str, Any], Reason, str]] = [
    ("no consent", {"number": cell(consent=Consent.NONE)}, Reason.CONSENT_MISSING, "consent.needed_for"),
    (
        "type of line unknown is wireless",
        {"number": cell(line=LineType.UNKNOWN, consent=Consent.NONE)},
        Reason.CONSENT_MISSING,
        "consent.needed_for",
    ),
    ("consent taken back", {"number": cell(consent=Consent.REVOKED)}, Reason.CONSENT_REVOKED, "consent"),
    (
        "consent taken back for a landline",
        {"number": cell(line=LineType.LANDLINE, consent=Consent.REVOKED)},
        Reason.CONSENT_REVOKED,
        "consent",
    ),
    (
        "nothing says where",
        {"region": None, "number": cell(zones=())},
        Reason.ZONE_UNKNOWN,
        "times.fallback_zone",
    ),
    ("a state nobody knows", {"region": "Ontario"}, Reason.ZONE_UNKNOWN, "times.fallback_zone"),
    ("a last state nobody knows", {"last_region": "Ontario"}, Reason.ZONE_UNKNOWN, "times.fallback_zone"),
    ("nothing on file", {"flags": ()}, Reason.FACT_UNKNOWN, "gates.dispute_pending"),
    (
        "an old look for a bankruptcy",
        {"flags": clear(TUESDAY - 31 * DAY)},
        Reason.FACT_UNKNOWN,
        "gates.bankruptcy",
    ),
    (
        "a fact from the future",
        {"flags": clear(TUESDAY + HOUR)},
        Reason.FACT_UNKNOWN,
        "gates.dispute_pending",
    ),
    (
        "notice overdue",
        {"first_contact_at": TUESDAY - 5 * DAY},
        Reason.NOTICE_DUE,
        "first_notice",
    ),
    ("spouse", {"number": cell(relation="spouse")}, Reason.HUMAN_ONLY, "who"),
    ("attorney's number", {"number": cell(relation="attorney")}, Reason.HUMAN_ONLY, "who"),
    ("at work", {"number": cell(relation="employer")}, Reason.NEVER_CALLED, "who"),
    ("claims to have paid", {"open_cases": frozenset({"paid_claim"})}, Reason.CASE_OPEN, "case:paid_claim"),
]


@pytest.mark.parametrize(
    ("changes", "reason", "rule"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(changes: dict[str, Any], reason: Reason, rule: str) -> None:
    verdict = decide(us_facts(**changes), us())
    assert isinstance(verdict, Refuse)
    assert (verdict.reason, verdict.rule) == (reason, rule)


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ("dispute_pending", Reason.DISPUTE),
        ("cease_written", Reason.CEASE_WRITTEN),
        ("attorney_represented", Reason.ATTORNEY_REPRESENTED),
        ("bankruptcy", Reason.BANKRUPTCY),
        ("time_barred", Reason.TIME_BARRED),
    ],
)
def test_each_gate_closes(gate: str, reason: Reason) -> None:
    given = (*clear(TUESDAY - HOUR), FlagFact(gate, True, TUESDAY - 100 * DAY))
    assert decide(us_facts(flags=given), us()) == Refuse(reason, Scope.DEBTOR, f"gates.{gate}")
    missing = tuple(flag for flag in clear(TUESDAY) if flag.name != gate)
    assert decide(us_facts(flags=missing), us()) == Refuse(Reason.FACT_UNKNOWN, Scope.DEBTOR, f"gates.{gate}")


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("landline without consent", {"number": landline()}),
    ("two attempts on record", tried(TUESDAY - 2 * DAY, TUESDAY - 4 * DAY)),
    ("attempts about another debt", tried(*(TUESDAY - n * DAY for n in (2, 3, 4)), debt=2)),
    ("notice sent", {"first_contact_at": TUESDAY - 9 * DAY, "notice_sent_at": TUESDAY - 8 * DAY}),
    ("notice not due yet", {"first_contact_at": TUESDAY - 4 * DAY}),
    ("last seen where the address is", {"last_region": "Vermont"}),
    ("only the area code tells where", {"region": None}),
]


@pytest.mark.parametrize("changes", [case[1] for case in ALLOWED], ids=[case[0] for case in ALLOWED])
def test_allowed(changes: dict[str, Any]) -> None:
    assert isinstance(decide(us_facts(**changes), us()), Allow)


DEFERRED: list[tuple[str, dict[str, Any], Reason, datetime]] = [
    (
        "eight in California, by the area code",
        {
            "now": datetime(2026, 3, 3, 11, tzinfo=NEW_YORK),
            "number": cell(zones=("America/Los_Angeles",), status_at=TUESDAY - DAY),
        },
        Reason.OUTSIDE_WINDOW,
        datetime(2026, 3, 3, 9, tzinfo=LOS_ANGELES),
    ),
    (
        "eight in California, where last known to be",
        {"now": datetime(2026, 3, 3, 11, tzinfo=NEW_YORK), "last_region": "CA"},
        Reason.OUTSIDE_WINDOW,
        datetime(2026, 3, 3, 9, tzinfo=LOS_ANGELES),
    ),
    (
        "eight in El Paso: the state has two zones",
        {
            "now": datetime(2026, 3, 3, 14, 30, tzinfo=UTC) + HOUR,
            "region": "Texas",
            "number": cell(zones=("America/Chicago",), status_at=TUESDAY - DAY),
        },
        Reason.OUTSIDE_WINDOW,
        datetime(2026, 3, 3, 9, tzinfo=ZoneInfo("America/Denver")),
    ),
    (
        "Sunday",
        {"now": datetime(2026, 3, 8, 12, tzinfo=NEW_YORK)},
        Reason.OUTSIDE_WINDOW,
        datetime(2026, 3, 9, 9, tzinfo=NEW_YORK),
    ),
    (
        "the working day that stands in for a holiday",
        {"now": datetime(2026, 7, 3, 12, tzinfo=NEW_YORK)},
        Reason.OUTSIDE_WINDOW,
        datetime(2026, 7, 6, 9, tzinfo=NEW_YORK),
    ),
    (
        "three attempts, the first six days ago: free by the hour, not by the day",
        tried(TUESDAY - 6 * DAY - HOUR, TUESDAY - 4 * DAY, TUESDAY - 2 * DAY),
        Reason.DEBT_ATTEMPTS_CAP,
        TUESDAY + DAY - HOUR,
    ),
    (
        "an attempt yesterday",
        tried(TUESDAY - 20 * HOUR),
        Reason.MIN_GAP,
        TUESDAY + 4 * HOUR,
    ),
    (
        "talked on the 25th of February, free on the 4th",
        {"talks": (talk(datetime(2026, 2, 25, 18, tzinfo=NEW_YORK)),)},
        Reason.AFTER_TALK,
        datetime(2026, 3, 4, 9, tzinfo=NEW_YORK),
    ),
    (
        "two attempts in Massachusetts",
        {"region": "MA", **tried(TUESDAY - 2 * DAY, TUESDAY - 4 * DAY)},
        Reason.DEBT_ATTEMPTS_CAP,
        TUESDAY + 3 * DAY,
    ),
    (
        "two attempts where it may be Massachusetts",
        {"region": None, **tried(TUESDAY - 2 * DAY, TUESDAY - 4 * DAY)},
        Reason.DEBT_ATTEMPTS_CAP,
        TUESDAY + 3 * DAY,
    ),
    (
        "three calls to a landline in thirty days",
        {"number": landline(), **tried(*(TUESDAY - n * DAY for n in (9, 19, 29)))},
        Reason.NUMBER_ATTEMPTS_CAP,
        TUESDAY + DAY,
    ),
    (
        "mornings do not suit",
        {"personal_hours": (PersonalHours(False, time(0), time(13)),)},
        Reason.INCONVENIENT_TIME,
        datetime(2026, 3, 3, 13, tzinfo=NEW_YORK),
    ),
    (
        "Tuesdays and Wednesdays do not suit",
        {"personal_hours": (PersonalHours(False, weekdays=(1, 2)),)},
        Reason.INCONVENIENT_TIME,
        datetime(2026, 3, 5, 9, tzinfo=NEW_YORK),
    ),
]


@pytest.mark.parametrize(
    ("changes", "reason", "until"), [case[1:] for case in DEFERRED], ids=[case[0] for case in DEFERRED]
)
def test_deferred(changes: dict[str, Any], reason: Reason, until: datetime) -> None:
    verdict = decide(us_facts(**changes), us())
    assert isinstance(verdict, Defer)
    assert (verdict.reason, verdict.until) == (reason, until)


def test_consent_lifts_the_cap_on_landlines_and_no_other() -> None:
    many = tried(*(TUESDAY - n * DAY for n in (9, 12, 15, 19, 29)))
    line = landline()
    assert isinstance(decide(us_facts(number=line, **many), us()), Defer)
    assert isinstance(decide(us_facts(number=replace(line, consent=Consent.GIVEN), **many), us()), Allow)


def test_hours_agreed_to_in_writing_widen_the_window_and_spoken_ones_do_not() -> None:
    evening = datetime(2026, 3, 3, 20, 30, tzinfo=NEW_YORK)
    said = PersonalHours(True, time(20), time(22))
    for hours, allowed in ((said, False), (replace(said, written=True), True)):
        verdict = decide(us_facts(now=evening, personal_hours=(hours,)), us())
        assert isinstance(verdict, Allow) is allowed
    agreed = replace(said, written=True)
    assert decide(us_facts(now=evening, personal_hours=(agreed,)), us()) == Allow(
        datetime(2026, 3, 3, 22, tzinfo=NEW_YORK)
    )
    busy = PersonalHours(False, time(20, 15), time(21))
    assert decide(us_facts(now=evening, personal_hours=(agreed, busy)), us()) == Defer(
        datetime(2026, 3, 3, 21, tzinfo=NEW_YORK), Reason.INCONVENIENT_TIME, rule="debtor_agreed"
    )


def test_a_callback_that_was_asked_for_skips_the_rest_after_a_talk() -> None:
    asked = us_facts(talks=(talk(TUESDAY - 2 * DAY),), callback_at=TUESDAY, **tried(TUESDAY - 2 * DAY))
    assert isinstance(decide(asked, us()), Allow)


@pytest.mark.parametrize(
    ("region", "rule"),
    [
        ("New York", RecordingRule.NOTICE),
        ("Florida", RecordingRule.ASK_AND_STOP_IF_REFUSED),
        (None, RecordingRule.ASK_AND_STOP_IF_REFUSED),
    ],
)
def test_recording_goes_by_the_strictest_state_that_it_may_be(
    region: str | None, rule: RecordingRule
) -> None:
    assert us().locality(us_facts(region=region)).recording is rule
    assert us().recording(region) is rule
    assert us().recording("New York", "Florida") is RecordingRule.ASK_AND_STOP_IF_REFUSED
    assert us().recording() is RecordingRule.ASK_AND_STOP_IF_REFUSED
    assert china().recording(None) is RecordingRule.NOTICE


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Washington, DC 20001", "US-DC"),
        ("Washington", "US-WA"),
        ("West Virginia", "US-WV"),
        ("Virginia", "US-VA"),
        ("Arkansas", "US-AR"),
        ("kansas", "US-KS"),
        ("OR 97201", "US-OR"),
        ("us-in", "US-IN"),
        ("Ontario", None),
        (" ", None),
    ],
)
def test_states_are_told_apart(name: str, key: str | None) -> None:
    assert us().region_key(name) == key


def test_every_state_and_territory_is_there_with_its_clocks() -> None:
    regions = us().rules.regions
    assert len(regions) == 50 + 1 + 5
    assert all(region.zones for region in regions.values())
    all_party = {key[3:] for key, region in regions.items() if region.all_party}
    assert all_party == {*("CA", "CT", "FL", "IL", "MA", "MD", "MI"), *("MT", "NH", "NV", "PA", "WA", "HI")}


def test_the_notice_that_a_debt_is_collected_comes_between_identity_and_debt() -> None:
    speak = us().rules.speak
    order = speak.order
    assert order.index("identity_check") < order.index("mini_miranda") < order.index("purpose_and_debt")
    assert speak.mini_miranda is not None
    assert speak.mini_miranda.first.startswith("This is an attempt to collect a debt and any information")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("gates: {bankruptcy: {max_age_days: 31}}", "gates.bankruptcy.max_age_days"),
        ("gates: {identity_theft: {}}", "gates.identity_theft"),
        ("first_notice: {within_days: {default: 6}}", "first_notice.within_days.default"),
        ("caps: {attempts_per_person_debt_7d: {default: 8}}", "caps.attempts_per_person_debt_7d.default"),
        ("cooldown: {after_talk_days: {default: 6}}", "cooldown.after_talk_days.default"),
        ("regions: {US-MA: {caps: {attempts_per_person_debt_7d: 3}}}", "regions.US-MA.caps"),
        ('times: {window: {default: ["09:00", "21:30"]}}', "times.window.default"),
        ('times: {days_off: {window: {default: ["10:00", "18:00"]}}}', "times.days_off.window"),
        ("third_parties: {failures_in_a_row: 9}", "third_parties"),
        ("retention_days: {recordings: {default: 1000}}", "retention_days.recordings.default"),
        ("retention_days: {products: {auto_loan: {recordings: {default: 9999}}}}", "retention_days.products"),
    ],
)
def test_no_house_loosens_it(tmp_path: Path, line: str, key: str) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(f"schema: xiaorong-rulepack-overrides/1\npack: us-reg-f\n{line}\n", encoding="utf-8")
    with pytest.raises(Exception, match=key):
        effective(load_pack("us-reg-f"), load_overrides(path))


def test_a_house_may_be_stricter(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "schema: xiaorong-rulepack-overrides/1\npack: us-reg-f\n"
        "consent: {needed_for: [landline]}\n"
        "gates: {bankruptcy: {max_age_days: 7}, identity_theft: {reason: gate_closed, required: true}}\n"
        "regions: {US-NY: {all_party: true, caps: {attempts_per_person_debt_7d: 1}}}\n"
        "debtor_agreed: {may_widen: false}\n",
        encoding="utf-8",
    )
    strict = effective(load_pack("us-reg-f"), load_overrides(path))
    line = decide(us_facts(number=landline()), strict)
    assert isinstance(line, Refuse)
    assert line.rule == "gates.identity_theft"
    known = (*clear(TUESDAY - HOUR), FlagFact("identity_theft", False, TUESDAY - HOUR))
    verdict = decide(us_facts(number=landline(), flags=known), strict)
    assert isinstance(verdict, Refuse)
    assert verdict.reason is Reason.CONSENT_MISSING
    assert strict.locality(us_facts()).recording is RecordingRule.ASK_AND_STOP_IF_REFUSED
    evening = datetime(2026, 3, 3, 20, 30, tzinfo=NEW_YORK)
    agreed = PersonalHours(True, time(20), time(22), written=True)
    late = us_facts(now=evening, personal_hours=(agreed,), flags=clear(evening - HOUR))
    assert isinstance(decide(replace(late, flags=(*late.flags, known[-1])), strict), Defer)


def test_seven_rolling_days_over_the_change_of_clocks() -> None:
    """Seven times 24 hours go by the hour, though the clock on the wall says an hour less."""
    first = datetime(2026, 10, 27, 14, tzinfo=NEW_YORK)
    others = (first + timedelta(days=2), first + timedelta(days=4))
    now = datetime(2026, 11, 3, 12, 30, tzinfo=NEW_YORK)
    case = us_facts(now=now, **tried(first, *others))
    verdict = decide(case, us())
    assert isinstance(verdict, Defer)
    assert verdict.until.astimezone(UTC) == first.astimezone(UTC) + timedelta(hours=168)
    assert verdict.until == datetime(2026, 11, 3, 13, tzinfo=NEW_YORK)


def test_a_dial_rings_longer_than_the_least() -> None:
    dialler = us().rules.dialler
    assert dialler is not None
    assert DialOrder("+12125550123", "+12125550100", "permit").ring_timeout_s >= dialler.ring_min_s


def test_unknown_number_facts_stay_unknown() -> None:
    assert number().line is LineType.UNKNOWN
    assert number().consent is Consent.NONE
