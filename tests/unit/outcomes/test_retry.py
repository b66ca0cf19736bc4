"""When to call again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.retry import SHIPPED, Retry, Stop, StopReason, load_retry_policy, shipped_retry_policy

END = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
ALL_CODES = sorted(shipped_dispositions().codes())
POLICY = shipped_retry_policy()


@pytest.mark.parametrize("code", ALL_CODES)
def test_every_disposition_is_either_final_or_tried_again_and_given_up_at_last(code: str) -> None:
    first = POLICY.next_try(code, 1, END)
    if shipped_dispositions()[code].final:
        assert first == Stop(StopReason.FINAL)
    else:
        assert isinstance(first, Retry)
        assert first.at > END
    assert isinstance(POLICY.next_try(code, 50, END), Stop)


@given(st.sampled_from(ALL_CODES), st.integers(1, 60), st.datetimes(timezones=st.just(UTC)))
def test_once_given_up_never_taken_up_again(code: str, tries: int, ended_at: datetime) -> None:
    ended_at = min(ended_at, datetime(9000, 1, 1, tzinfo=UTC))
    now, later = POLICY.next_try(code, tries, ended_at), POLICY.next_try(code, tries + 1, ended_at)
    if isinstance(now, Stop):
        assert later == now
    else:
        assert now.at > ended_at


def test_a_busy_number_is_tried_after_half_an_hour_then_more_slowly() -> None:
    waits = []
    for tries in range(1, 6):
        result = POLICY.next_try("busy", tries, END)
        assert isinstance(result, Retry)
        waits.append(result.at - END)
    assert waits == [timedelta(minutes=m) for m in (30, 60, 240, 240, 240)]
    assert POLICY.next_try("busy", 6, END) == Stop(StopReason.TRIES_EXHAUSTED)


def test_a_callback_is_due_at_the_very_minute_that_was_agreed() -> None:
    asked = END + timedelta(days=2, minutes=7)
    assert POLICY.next_try("callback", 1, END, callback_at=asked) == Retry(asked)


@pytest.mark.parametrize("asked", [None, END - timedelta(minutes=1), END])
def test_a_callback_without_a_time_to_come_waits_its_usual_while(asked: datetime | None) -> None:
    assert POLICY.next_try("callback", 1, END, callback_at=asked) == Retry(END + timedelta(hours=2))


def test_a_time_asked_for_does_not_hasten_another_disposition() -> None:
    soon = END + timedelta(minutes=1)
    with_time = POLICY.next_try("no_answer", 1, END, callback_at=soon)
    assert with_time == POLICY.next_try("no_answer", 1, END)


def test_the_dial_that_just_ended_counts() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        POLICY.next_try("busy", 0, END)


def broken(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "retry.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return path


def test_a_missing_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="missing: trunk"):
        load_retry_policy(broken(tmp_path, "  trunk: {after_min: [5, 15, 60], max_tries: 12}\n", ""))


def test_a_class_nobody_names_is_taken_for_a_typo(tmp_path: Path) -> None:
    extra = "classes:\n  bussy: {after_min: [30], max_tries: 2}\n"
    with pytest.raises(DataFileError, match=r"classes\.bussy: no disposition names this class"):
        load_retry_policy(broken(tmp_path, "classes:\n", extra))


@pytest.mark.parametrize("wrong", ["after_min: []", "after_min: [0]", "after_min: [-5]", "after_min: [x]"])
def test_a_wait_must_be_some_minutes(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(DataFileError, match=r"retry\.yaml:\d+: classes\.busy\.after_min"):
        load_retry_policy(broken(tmp_path, "after_min: [30, 60, 240]", wrong))
