"""The holidays of a year that no library knows yet, from a file of the installation; and telling in time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.compliance.arranged import WARN, ArrangedYear
from campaigns.compliance.effective import EffectivePack, effective
from campaigns.compliance.pack import load_pack
from campaigns.compliance.rulebook import rows
from tests.unit.compliance.build import china, china_with, us

YEAR = 2031  # of which nothing is known
SOURCE = "国务院办公厅关于2031年部分节假日安排的通知"
OFF = tuple(
    date(YEAR, month, day)
    for month, days in ((1, (1, 2, 3)), (2, range(2, 9)), (5, range(1, 6)), (10, range(1, 8)))
    for day in days
)
WORKED = (date(YEAR, 1, 4), date(YEAR, 9, 28))  # a Saturday and a Sunday


def told(**changes: object) -> dict[str, object]:
    return {"year": YEAR, "source": SOURCE, "holidays": list(OFF), "worked": list(WORKED)} | changes


def with_year(folder: Path, year: dict[str, object] | None = None, *, twice: bool = False) -> EffectivePack:
    given_year = year or told()
    days = {name: "[" + ", ".join(map(str, given_year[name])) + "]" for name in ("holidays", "worked")}  # type: ignore[call-overload]
    line = (
        f"{{year: {given_year['year']}, source: {given_year['source']}, holidays: {days['holidays']}, "
        f"worked: {days['worked']}}}"
    )
    return china_with(
        folder, f"times: {{days_off: {{arranged: [{', '.join([line] * (2 if twice else 1))}]}}}}\n"
    )


def test_an_unknown_year_goes_by_the_file_and_every_other_by_its_calendar(tmp_path: Path) -> None:
    pack = with_year(tmp_path)
    day, off = date(YEAR, 1, 1), 0
    while day.year == YEAR:
        expected = day in OFF or (day.weekday() >= 5 and day not in WORKED)
        assert pack.is_day_off(day) is expected, day
        off += expected
        day += timedelta(days=1)
    assert off < 130
    assert pack.is_day_off(date(2030, 3, 5))  # of which nobody has told
    assert not pack.is_day_off(date(2026, 3, 3))
    assert china().is_day_off(date(YEAR, 3, 4))
    assert pack.digest != china().digest


def test_what_a_library_knows_is_not_argued_with(tmp_path: Path) -> None:
    always = [date(2026, *each) for each in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))]
    off = [*always, *(date(2026, 7, day) for day in range(6, 12))]
    pack = with_year(tmp_path, told(year=2026, holidays=off, worked=[]))
    assert not pack.is_day_off(date(2026, 7, 6))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"worked": [date(YEAR, 1, 6)]}, "no weekend"),
        ({"worked": [OFF[0]]}, "off and worked at once"),
        ({"worked": [date(2030, 1, 5)]}, "no day of 2031"),
        ({"holidays": OFF[1:]}, "2031-01-01 is a holiday by law"),
        ({"holidays": [*OFF, OFF[0]]}, "twice"),
        ({"holidays": [date(YEAR, *d) for d in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))]}, "5 holidays"),
        ({"holidays": [*OFF, *(date(YEAR, 7, d) for d in range(1, 32))]}, "holidays; a year has"),
        ({"year": 1999}, "2020"),
        ({"source": "x"}, "at least 4 characters"),
    ],
)
def test_a_year_that_cannot_be_is_refused(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(DataFileError, match=says):
        with_year(tmp_path, told(**changes))


def test_a_year_stands_once_and_only_where_a_calendar_is_gone_by(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="twice"):
        with_year(tmp_path, twice=True)


@pytest.mark.parametrize("pack", [china(), us()])
def test_the_rules_show_no_year_where_none_was_brought_in(pack: EffectivePack) -> None:
    shipped = load_pack(pack.rules.id)
    assert not any("arranged" in row.rule for row in rows(shipped, pack.rules))


def test_the_rules_show_the_year_and_its_source(tmp_path: Path) -> None:
    row = next(r for r in rows(load_pack("cn-mainland"), with_year(tmp_path).rules) if "arranged" in r.rule)
    assert row.changed
    assert SOURCE in row.in_force


def test_an_operator_is_told_weeks_before_the_calendar_ends(tmp_path: Path) -> None:
    pack, year = china(), 2026
    while pack.calendar_end(date(year, 12, 31)) is None:  # a library may know a later year by now
        year += 1
    last = date(year, 12, 31)
    assert pack.calendar_end(last - WARN) is None
    first = pack.calendar_end(last - WARN + timedelta(days=1))
    assert first is not None
    assert (first.last, first.days_left) == (last, WARN.days - 1)
    over = pack.calendar_end(date(2040, 6, 1))
    assert over is not None
    assert over.days_left == 0
    supplied = with_year(tmp_path).calendar_end(date(YEAR, 6, 1))
    assert supplied is None
    assert us().calendar_end(date(2026, 12, 31)) is None


@given(st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31)))
def test_no_day_is_off_that_is_neither_weekend_nor_told(day: date) -> None:
    year = ArrangedYear(year=YEAR, source=SOURCE, holidays=OFF, worked=WORKED)
    if day.weekday() < 5:
        assert year.is_off(day) is (day in OFF)
    else:
        assert year.is_off(day) is (day not in WORKED)


def test_the_same_rules_have_the_same_name_as_before_years_could_be_brought_in() -> None:
    dump = china().rules.model_dump(mode="json", by_alias=True)
    assert dump["times"]["days_off"].pop("arranged") == []
    assert effective(china().rules).digest == china().digest
