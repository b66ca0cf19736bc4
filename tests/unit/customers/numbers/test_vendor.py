"""Vendors' codes by vendor and version, and their files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.customers.numbers.vendor import SHIPPED, VendorMap, find_vendor
from campaigns.customers.numbers.vendorfile import VendorFile, read_vendor_file
from campaigns.errors import ImportFileError
from telephony.status import NumberStatus as S

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


def read(folder: Path, content: str, vendor: str = "wapi-2", encoding: str = "utf-8") -> VendorFile:
    file = folder / "result.csv"
    file.write_text(content, encoding=encoding)
    return read_vendor_file(
        file, find_vendor(vendor), region="CN", zone=ZONE, now=NOW, errors_dir=folder / "errors"
    )


def states(found: VendorFile) -> dict[str, S]:
    return {e164[-2:]: word.status for e164, word in found.words.items()}


def test_versions_of_one_vendor_conflict_and_are_read_apart() -> None:
    old, new = find_vendor("wapi-1"), find_vendor("wapi-2")
    assert [old.meaning(code) for code in "12345"] == [S.ACTIVE, S.EMPTY, S.SUSPENDED, S.DATA_ONLY, S.SILENT]
    assert [new.meaning(code) for code in "012345"] == [
        S.EMPTY, S.ACTIVE, S.SUSPENDED, S.NOT_IN_DB, S.SILENT, S.RISK,
    ]  # fmt: skip
    assert (old.source, new.source) == ("wapi-1", "wapi-2")


def test_two_products_of_one_vendor_conflict_too() -> None:
    state, reissued = find_vendor("baidu-pnvs-1"), find_vendor("baidu-reissued-1")
    assert (state.meaning("01"), reissued.meaning("01")) == (S.ACTIVE, S.RECYCLED)
    assert (state.meaning("02"), reissued.meaning("02")) == (S.EMPTY, None)
    assert [state.meaning(code) for code in ("06", "07", "08", "10")] == [
        S.UNKNOWN,
        None,
        S.UNKNOWN,
        S.SUSPENDED,
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_shipped_maps_are_named_by_vendor_and_version(name: str) -> None:
    vendor = find_vendor(name)
    assert vendor.source == name
    assert len(vendor.source) <= 24  # as the store holds it


@given(code=st.text(max_size=6))
def test_a_code_that_is_not_listed_is_unknown(code: str) -> None:
    vendor = find_vendor("wapi-2")
    assert (vendor.meaning(code) is S.UNKNOWN) == (code not in vendor.codes)


@pytest.mark.parametrize(("encoding", "comma"), [("utf-8-sig", ","), ("gbk", ";"), ("utf-16", "\t")])
def test_a_file_is_read_in_its_encoding(tmp_path: Path, encoding: str, comma: str) -> None:
    rows = [
        "手机号,状态码,检测时间",
        "13800138001,1,2026-03-01 09:00:00",
        "13800138002,空号,",
        "138 0013 8003,9,",
    ]
    found = read(tmp_path, "\n".join(rows).replace(",", comma), encoding=encoding)
    assert states(found) == {"01": S.ACTIVE, "02": S.EMPTY, "03": S.UNKNOWN}
    assert found.words["+8613800138001"].at == datetime(2026, 3, 1, 9, tzinfo=ZONE)
    assert found.words["+8613800138002"].at == NOW
    assert found.unknown_codes == {"9": 1}


def test_rows_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    rows = [
        "手机号,状态码,检测时间",
        "12,1,",
        "13800138001,1,tomorrow",
        "13800138002,1,2026-03-03",
        "10086,1,",
    ]
    found = read(tmp_path, "\n".join(rows))
    assert (found.words, found.rejected) == ({}, 4)
    assert found.error_file is not None
    told = found.error_file.read_text(encoding="utf-8-sig")
    assert "has not come yet" in told
    assert "wrong length" in told


def test_two_states_at_once_are_none_and_a_later_one_is_the_last(tmp_path: Path) -> None:
    rows = ["手机号,状态码,检测时间", "13800138001,1,", "13800138001,0,", "13800138001,1,",
            "13800138002,0,2026-03-01", "13800138002,1,2026-02-01"]  # fmt: skip
    found = read(tmp_path, "\n".join(rows))
    assert states(found) == {"01": S.UNKNOWN, "02": S.EMPTY}
    assert found.contradicting == 1


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="none of the columns 手机号"):
        read(tmp_path, "a,b\n1,2")


def test_wrong_maps_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="wapi-1, wapi-2"):
        find_vendor("wapi")
    path = tmp_path / "v.yaml"
    path.write_text((SHIPPED / "wapi-2.yaml").read_text(encoding="utf-8").replace("risk", "unknown"))
    with pytest.raises(DataFileError, match="leave a code out"):
        find_vendor(str(path))
    with pytest.raises(ValueError, match="says nothing too"):
        VendorMap(
            vendor="a", version="1", title="t", seen="s", number=("n",), status=("s",),
            codes={"1": S.ACTIVE}, says_nothing=("1",),
        )  # fmt: skip
