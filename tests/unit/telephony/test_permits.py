"""No permit, no dial: forged, foreign, early, late and used permits are refused, whatever the clock does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import PermitError, PermitFault
from telephony.permits import PermitClaims, PermitGate, PermitSigner
from tests.unit.telephony.fakes import KEY, NUMBER, FakeClock, claims

SIGNER = PermitSigner(KEY)


def refused(gate: PermitGate, token: str, number: str = NUMBER) -> PermitFault | None:
    with pytest.raises(PermitError) as caught:
        gate.check(token, number)
    return caught.value.reason


def test_a_fresh_permit_opens_the_gate_once(clock: FakeClock) -> None:
    gate = PermitGate(KEY, clock)
    token = SIGNER.issue(claims(clock))
    assert gate.check(token, NUMBER) == claims(clock)
    assert refused(gate, token) is PermitFault.SPENT


def test_each_fault_has_its_reason(clock: FakeClock) -> None:
    gate = PermitGate(KEY, clock)
    permit = claims(clock)
    token = SIGNER.issue(permit)
    assert refused(gate, "") is PermitFault.MISSING
    assert refused(gate, PermitSigner(KEY[::-1]).issue(permit)) is PermitFault.FORGED
    assert refused(gate, token, "+8619900000002") is PermitFault.WRONG_NUMBER
    long_lived = replace(permit, expires_at=permit.issued_at + timedelta(days=1))
    assert refused(gate, SIGNER.issue(long_lived)) is PermitFault.TOO_LONG
    clock.moment -= timedelta(seconds=2.1)
    assert refused(gate, token) is PermitFault.NOT_YET_VALID
    clock.moment += timedelta(seconds=62.1)
    assert refused(gate, token) is PermitFault.EXPIRED


def test_two_seconds_of_skew_are_borne(clock: FakeClock) -> None:
    token = SIGNER.issue(claims(clock))
    clock.moment -= timedelta(seconds=2)
    assert PermitGate(KEY, clock).check(token, NUMBER).attempt_id == 7


def test_a_refusal_spends_nothing_and_shows_no_number(clock: FakeClock) -> None:
    gate = PermitGate(KEY, clock)
    token = SIGNER.issue(claims(clock))
    with pytest.raises(PermitError) as caught:
        gate.check(token, "+8619912345678")
    assert NUMBER not in str(caught.value)
    assert "+8619912345678" not in str(caught.value)
    assert gate.check(token, NUMBER)


@given(data=st.data())
def test_a_token_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    clock = FakeClock()
    gate = PermitGate(KEY, clock)
    token = SIGNER.issue(claims(clock))
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(exclude_characters=token[at]))
    assert refused(gate, token[:at] + other + token[at + 1 :]) is PermitFault.FORGED


def test_another_spelling_of_the_same_signature_is_refused(clock: FakeClock) -> None:
    gate = PermitGate(KEY, clock)
    token = SIGNER.issue(claims(clock))
    letters = {chr(code) for code in range(33, 127)} - {token[-1]}
    assert {refused(gate, token[:-1] + letter) for letter in letters} == {PermitFault.FORGED}


@given(at=st.integers(0, 300), extra=st.text(min_size=1, max_size=3))
def test_a_token_with_anything_added_or_cut_off_is_refused(at: int, extra: str) -> None:
    clock = FakeClock()
    gate = PermitGate(KEY, clock)
    token = SIGNER.issue(claims(clock))
    assert refused(gate, token[:at] + extra + token[at:]) is PermitFault.FORGED
    assert refused(gate, token[: at % len(token)]) in {PermitFault.FORGED, PermitFault.MISSING}


@given(st.text())
def test_any_other_text_is_no_permit(text: str) -> None:
    assert refused(PermitGate(KEY, FakeClock()), text) in {PermitFault.FORGED, PermitFault.MISSING}


@given(
    jumps=st.lists(st.floats(-200, 200), min_size=1, max_size=40),
    picks=st.lists(st.integers(0, 4), min_size=40, max_size=40),
    max_remembered=st.sampled_from([1, 2, 100]),
)
def test_never_twice_and_never_late_however_the_clock_jumps(
    jumps: list[float], picks: list[int], max_remembered: int
) -> None:
    clock = FakeClock()
    gate = PermitGate(KEY, clock, max_remembered=max_remembered)
    permits = [
        replace(
            claims(clock, permit_id=f"p-{n}"),
            issued_at=clock.now() + timedelta(seconds=30 * n),
            expires_at=clock.now() + timedelta(seconds=30 * n + 60),
        )
        for n in range(5)
    ]
    accepted: list[str] = []
    for jump, pick in zip(jumps, picks, strict=False):
        clock.moment += timedelta(seconds=jump)
        try:
            permit = gate.check(SIGNER.issue(permits[pick]), NUMBER)
        except PermitError:
            continue
        accepted.append(permit.id)
        assert permit.issued_at - timedelta(seconds=2) <= clock.now() < permit.expires_at
    assert len(accepted) == len(set(accepted))


def test_a_step_back_of_the_clock_does_not_bar_new_permits(clock: FakeClock) -> None:
    gate = PermitGate(KEY, clock)
    old = SIGNER.issue(claims(clock, permit_id="old"))
    gate.check(old, NUMBER)
    clock.moment += timedelta(days=1)
    gate.check(SIGNER.issue(claims(clock, permit_id="in a false future")), NUMBER)
    clock.moment -= timedelta(days=1) - timedelta(seconds=5)
    assert refused(gate, old) is PermitFault.EXPIRED
    assert gate.check(SIGNER.issue(claims(clock, permit_id="new")), NUMBER).id == "new"


def test_spent_permits_are_forgotten_when_they_have_expired() -> None:
    clock = FakeClock()
    gate = PermitGate(KEY, clock)
    for n in range(500):
        gate.check(SIGNER.issue(claims(clock, permit_id=f"p-{n}")), NUMBER)
        clock.moment += timedelta(seconds=1)
    assert gate.remembered <= 61


def test_memory_is_bounded_even_when_the_clock_stands_still(clock: FakeClock) -> None:
    gate = PermitGate(KEY, clock, max_remembered=3)
    tokens = []
    for n in range(10):
        permit = claims(clock, permit_id=f"p-{n}")
        tokens.append(SIGNER.issue(replace(permit, expires_at=permit.expires_at + timedelta(seconds=n))))
        gate.check(tokens[-1], NUMBER)
    assert gate.remembered == 3
    assert {refused(gate, token) for token in tokens} == {PermitFault.SPENT, PermitFault.EXPIRED}


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "13812345678"},
        {"number": "+86 138 1234 5678"},
        {"id": ""},
        {"nth": 0},
        {"expires_at": datetime(2026, 11, 23, 2, 1)},  # noqa: DTZ001 - naive on purpose
        {"expires_at": FakeClock().now()},
    ],
)
def test_a_permit_that_says_nonsense_cannot_be_written(clock: FakeClock, wrong: dict[str, object]) -> None:
    fields = {name: getattr(claims(clock), name) for name in PermitClaims.__dataclass_fields__}
    with pytest.raises(ValueError):
        PermitClaims(**{**fields, **wrong})


def test_a_short_key_is_refused(clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        PermitSigner(b"short")
    with pytest.raises(ValueError, match="16 bytes"):
        PermitGate(b"", clock)
