from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import DataFileError
from campaigns.customers.headers import bind, detect
from campaigns.customers.mapping import find_mapping, load_mapping, shipped_mappings
from campaigns.errors import ImportFileError

CHINESE = ["客户编号", "姓名", "手机号", "应还金额", "到期日"]
ENGLISH = ["Customer ID", "NAME", "Phone_Number", "amount due", "due_date"]
CARDS = ["ID", *[f"X{n}" for n in range(1, 24)], "Y"]


@pytest.mark.parametrize(
    ("headers", "name"),
    [(CHINESE, "standard"), (ENGLISH, "standard"), (CARDS, "credit-card-clients")],
)
def test_the_mapping_is_found_by_the_headers(headers: list[str], name: str) -> None:
    assert detect(shipped_mappings().values(), headers).mapping.name == name


def test_headers_that_fit_nothing_are_told_what_the_nearest_mapping_misses() -> None:
    with pytest.raises(ImportFileError) as caught:
        detect(shipped_mappings().values(), ["客户编号", "姓名", "备注"])
    message = str(caught.value)
    assert "'standard'" in message
    assert "手机号" in message
    assert "amount_due" in message
    assert "到期日" in message
    assert "客户编号" not in message


def test_a_column_that_stands_twice_is_refused_unless_nobody_needs_it() -> None:
    standard = find_mapping("standard")
    with pytest.raises(ImportFileError, match="手机号 stands 2 times"):
        bind(standard, [*CHINESE, "手机号"])
    with pytest.raises(ImportFileError, match="手机号 and phone mean the same"):
        bind(standard, [*CHINESE, "phone"])
    assert bind(standard, [*CHINESE, "备注", "备注", "", ""]).width == 9


def test_a_mapping_with_a_typo_names_file_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\ntitle: Mine\nfields:\n  external_id: {from: [a]}\n  amuont_due: {from: [b]}\n",
        encoding="utf-8",
    )
    with pytest.raises(DataFileError, match=r"mine\.yaml:5: fields\.amuont_due"):
        load_mapping(path)


def test_a_mapping_must_say_what_a_call_needs(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    fields = "name: mine\ntitle: Mine\nfields:\n  external_id: {from: [a]}\n  amount_due: {from: [b]}\n"
    path.write_text(fields + "  due_date: {from: [c]}\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"fields\.name is missing"):
        load_mapping(path)
    path.write_text(fields + "generate: [name, phone]\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="due_date"):
        load_mapping(path)


@pytest.mark.parametrize("given", ["standrad", Path("nowhere.yaml"), "../standard"])
def test_an_unknown_mapping_names_those_there_are(given: str | Path) -> None:
    with pytest.raises(DataFileError, match="one of: credit-card-clients, standard"):
        find_mapping(given)
