"""Files of facts: columns by name, flags, counted things, and what is wrong told by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import DataFileError
from campaigns.customers.facts.factfile import FactFile, read_facts
from campaigns.customers.facts.mapping import FactMapping, find_fact_mapping
from campaigns.errors import ImportFileError
from campaigns.grading.life_cycle import APPLICATION, EARLY_WARNING, FEATURES_OF, Stage
from campaigns.grading.outcomes import grade_stage
from campaigns.grading.rulefile import load_stage_rules
from campaigns.grading.rules import Outcome
from campaigns.store.life_cycle import frame

BANK = Path(__file__).parents[3].parent / "shared/test-data/bank-marketing/bank-additional-full.csv"


def read(folder: Path, *rows: str, mapping: str = "before", encoding: str = "utf-8") -> FactFile:
    file = folder / "facts.csv"
    file.write_text("\n".join(rows), encoding=encoding)
    return read_facts(file, find_fact_mapping(mapping), folder / "errors")


@pytest.mark.parametrize("stage", [Stage.BEFORE, Stage.DURING])
def test_the_shipped_mapping_has_every_fact(stage: Stage) -> None:
    mapping = find_fact_mapping(stage.value)
    facts = mapping.facts.keys() | mapping.shared.keys()
    assert facts >= (APPLICATION if stage is Stage.BEFORE else EARLY_WARNING).keys()
    assert facts <= FEATURES_OF[stage].keys()


def test_chinese_and_english_headers_and_unknowns(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "申请编号;申报月收入;id_check;号码状态;备注",
        "P1;￥8,000.50;不通过;空号;x",
        "P2;;是;什么;",
        encoding="gbk",
    )
    assert [(row.key, row.facts) for row in found.rows] == [
        ("P1", {"income_declared": 800_050, "id_check": 0, "number_state": "empty"}),
        ("P2", {"income_declared": None, "id_check": 1, "number_state": "unknown"}),
    ]


def test_what_several_share_is_counted_unless_the_file_tells(tmp_path: Path) -> None:
    found = read(tmp_path, "key,device_id,phone", "P1,d1,1", "P2,d1,2", "P3,,1", "P4,d1,3")
    assert [row.facts["device_applications"] for row in found.rows] == [3, 3, None, 3]
    assert [row.facts["phone_applicants"] for row in found.rows] == [2, 1, 2, 1]
    told = read(tmp_path, "key,device_id,device_applications", "P1,d1,9", "P2,d1,")
    assert [row.facts["device_applications"] for row in told.rows] == [9, None]


def test_rows_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "key,income_declared,id_check",
        ",1,1",
        "P1,-5,1",
        "P2,5,maybe",
        "P3,1.555,1",
        "P4,1,1",
        "P4,2,1",
    )
    assert [row.key for row in found.rows] == ["P4"]
    assert (found.read, found.rejected) == (6, 5)
    assert found.error_file is not None
    told = found.error_file.read_text(encoding="utf-8-sig")
    for code in ("missing", "negative", "unknown_code", "fraction", "duplicate"):
        assert code in told


def test_a_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="none of the columns 申请编号"):
        read(tmp_path, "a,b", "1,2")
    with pytest.raises(ImportFileError, match="no column that the mapping 'before' knows"):
        read(tmp_path, "key,b", "1,2")
    with pytest.raises(DataFileError, match="before, during"):
        find_fact_mapping("nothing")
    with pytest.raises(ValueError, match="cannot be read as text"):
        FactMapping.model_validate(
            {"name": "n", "title": "t", "life_cycle": "before", "key": {"from": ["k"]},
             "facts": {"term_months": {"from": ["t"]}}}
        )  # fmt: skip
    with pytest.raises(ValueError, match="true, false or unknown"):
        FactMapping.model_validate(
            {"name": "n", "title": "t", "life_cycle": "before", "key": {"from": ["k"]},
             "facts": {"deceased": {"from": ["t"], "as": "flag", "choices": {"a": "b"}}}}
        )  # fmt: skip


def test_a_public_file_of_a_bank(tmp_path: Path) -> None:
    """It has one fact of an application, whether a credit is in default, and no key: rows get one here."""
    if not BANK.is_file():
        pytest.skip(f"{BANK.name} is not on this machine")
    header, *rows = BANK.read_text(encoding="utf-8").splitlines()
    lines = [
        header,
        *rows[:2_000],
        *(line for line in rows[2_000:] if line.split(";")[4] == '"yes"' or line.split(";")[4] == "yes"),
    ]
    file = tmp_path / "bank.csv"
    file.write_text("\n".join([f"key;{lines[0]}", *(f"{n};{line}" for n, line in enumerate(lines[1:]))]))
    mapping = FactMapping.model_validate(
        {"name": "bank", "title": "t", "life_cycle": "before", "key": {"from": ["key"]},
         "facts": {"blacklisted": {"from": ["default"], "as": "flag",
                                   "choices": {"yes": "true", "no": "false"}, "otherwise": "unknown"}}}
    )  # fmt: skip
    found = read_facts(file, mapping, tmp_path)
    assert (found.read, found.rejected) == (2_003, 0)
    values = [row.facts["blacklisted"] for row in found.rows]
    assert values.count(1) == 3
    assert 0 < values.count(None) < values.count(0)
    rules = load_stage_rules(Stage.BEFORE)
    results = list(grade_stage(frame([row.facts for row in found.rows], rules), rules))
    assert sum(result.outcome is Outcome.DECLINE for result in results) == 3
    assert sum(result.outcome is Outcome.NONE for result in results) == 2_000
