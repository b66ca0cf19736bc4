"""Every mistake in a rule file is named with file, line and key before anybody is graded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.grading.rulefile import load_rules
from campaigns.grading.rules import Characteristic

GOOD = """\
version: test-1
attributes: [tenure]
strong:
  - id: very_late
    when: days_past_due >= 90
    grade: D
  - id: late
    when: days_past_due > 0
    at_least: B
weak:
  - id: near_limit
    when: utilisation > 80 and tenure < 12
    points: 3
scorecard:
  - id: arrears
    of: max_arrears_6m
    missing: 2
    bins:
      - {to: 0, points: 0}
      - {from: 1, to: 2, points: 10}
      - {from: 3, points: 20}
cutoffs: {A: 5, B: 10, C: 20}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_rules_are_in_order() -> None:
    rules = load_rules()
    assert rules.strong
    assert rules.weak
    assert rules.scorecard


def test_a_good_file_is_read(tmp_path: Path) -> None:
    rules = load_rules(written(tmp_path, GOOD))
    assert [rule.id for rule in rules.conditional] == ["very_late", "late", "near_limit"]
    assert rules.scorecard[0].bins[1].start == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("grade: D", "grad: D", 6, "strong.0.grad", "no such key"),
        ("    at_least: B", "    at_least: B\n    weight: 3", 10, "strong.1.weight", "no such key"),
        ("days_past_due >= 90", "days_past_du >= 90", 5, "strong.0.when", "did you mean 'days_past_due'"),
        ("days_past_due >= 90", "days_past_due >= ", 5, "strong.0.when", "cannot be read"),
        ("days_past_due >= 90", "90", 5, "strong.0.when", "valid string"),
        ("grade: D", "grade: E", 6, "strong.0.grade", "'A', 'B', 'C' or 'D'"),
        ("grade: D", "grade: D\n    at_least: C", 4, "strong.0", "either 'grade' or 'at_least'"),
        ("at_least: B", "at_least: B\n    final: true", 7, "strong.1", "only a rule with 'grade'"),
        ("points: 3", "points: 3\n    fades: {by: tenur, over: 9}", 14, "weak.0.fades.by", "no whole-number"),
        (
            "points: 3",
            "points: 3\n    fades: {by: product, over: 9}",
            14,
            "weak.0.fades.by",
            "no whole-number",
        ),
        ("points: 3", "points: 101\n    fades: {by: tenure, over: 9}", 11, "weak.0", "at most 100"),
        ("and tenure < 12", "and tenur < 12", 12, "weak.0.when", "did you mean 'tenure'"),
        ("points: 3", "points: 2.5", 13, "weak.0.points", "valid integer"),
        ("points: 3", "points: '3'", 13, "weak.0.points", "valid integer"),
        ("points: 3", "points: true", 13, "weak.0.points", "valid integer"),
        ("points: 3", "points: 0", 13, "weak.0.points", "changes nothing"),
        ("id: near_limit", "id: late", 11, "weak.0.id", "'late' stands twice"),
        ("id: arrears", "id: near_limit", 15, "scorecard.0.id", "'near_limit' stands twice"),
        ("id: arrears", "id: Arrears!", 15, "scorecard.0.id", "pattern"),
        ("of: max_arrears_6m", "of: max_arrears", 16, "scorecard.0.of", "there is no feature 'max_arrears'"),
        ("of: max_arrears_6m", "of: currency", 16, "scorecard.0.of", "is text"),
        ("    missing: 2\n", "", 15, "scorecard.0.missing", "required"),
        ("from: 1, to: 2", "from: 2, to: 2", 20, "scorecard.0.bins.1.from", "leaves a gap: 1 to 1"),
        (
            "from: 1, to: 2",
            "from: 0, to: 2",
            20,
            "scorecard.0.bins.1.from",
            "overlaps the bin before: 0 to 0",
        ),
        ("from: 1, to: 2", "from: 1, to: 0", 20, "scorecard.0.bins.1.to", "the bin from 1 to 0 is empty"),
        ("from: 1, to: 2", "from: 1", 20, "scorecard.0.bins.1", "'to' is missing"),
        ("from: 1, to: 2", "to: 2", 20, "scorecard.0.bins.1", "'from' is missing"),
        ("to: 0, points", "from: -2, to: 0, points", 19, "scorecard.0.bins.0.from", "must be open below"),
        ("from: 3, points", "from: 3, to: 9, points", 21, "scorecard.0.bins.2.to", "must be open above"),
        ("B: 10", "B: 5", 22, "cutoffs.B", "must be more than the cut-off of A, 5"),
        ("C: 20", "C: 9", 22, "cutoffs.C", "must be more than the cut-off of B, 10"),
        (", C: 20", "", 22, "cutoffs.C", "required"),
        ("[tenure]", "[tenure, balance]", 2, "attributes.1", "already the name of a feature"),
        ("version: test-1", "version: 1", 1, "version", "valid string"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, says: str
) -> None:
    assert GOOD.count(old) == 1
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(DataFileError) as raised:
        load_rules(path)
    assert says in str(raised.value)
    assert (raised.value.file, raised.value.line, raised.value.key) == (str(path), line, key)


def test_a_file_without_any_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="neither a rule nor a scorecard"):
        load_rules(written(tmp_path, "version: empty\ncutoffs: {A: 1, B: 2, C: 3}\n"))


def test_the_label_follows_the_content_and_not_the_comments(tmp_path: Path) -> None:
    label = load_rules(written(tmp_path, GOOD)).label
    assert load_rules(written(tmp_path, "# a remark\n" + GOOD)).label == label
    edited = load_rules(written(tmp_path, GOOD.replace("points: 3", "points: 4"))).label
    assert edited != label
    assert edited.startswith("test-1+")


def bins_of(characteristic: Characteristic, number: int) -> list[int]:
    return [
        index
        for index, part in enumerate(characteristic.bins)
        if (part.start is None or part.start <= number) and (part.end is None or number <= part.end)
    ]


_bounds = st.none() | st.integers(-6, 6)


@given(st.lists(st.tuples(_bounds, _bounds), min_size=2, max_size=5))
def test_bins_are_accepted_only_if_each_number_is_in_exactly_one(
    tmp_path_factory: pytest.TempPathFactory, bounds: list[tuple[int | None, int | None]]
) -> None:
    lines = []
    for start, end in bounds:
        ends = [f"{key}: {value}" for key, value in (("from", start), ("to", end)) if value is not None]
        lines.append("      - {" + ", ".join([*ends, "points: 1"]) + "}")
    head, rest = GOOD.split("      - {to: 0")
    text = head + "\n".join(lines) + "\ncutoffs:" + rest.split("cutoffs:")[1]
    path = written(tmp_path_factory.getbasetemp(), text)
    parts = [{"from": start, "to": end, "points": 1} for start, end in bounds]
    characteristic = Characteristic.model_validate({"id": "x", "of": "balance", "missing": 0, "bins": parts})
    covered = [bins_of(characteristic, number) for number in range(-9, 10)]
    in_order = covered == sorted(covered)
    if (
        all(len(found) == 1 for found in covered)
        and in_order
        and {n for found in covered for n in found} == set(range(len(bounds)))
    ):
        load_rules(path)
    else:
        with pytest.raises(DataFileError):
            load_rules(path)


@given(st.integers(-(10**13), 10**13))
def test_each_number_falls_into_one_bin_of_the_shipped_rules(number: int) -> None:
    assert all(len(bins_of(part, number)) == 1 for part in SHIPPED.scorecard)


SHIPPED = load_rules()


def test_fading_shows_in_the_label_and_its_absence_does_not(tmp_path: Path) -> None:
    assert "fades" not in load_rules(written(tmp_path, GOOD)).model_dump_json()
    plain = load_rules(written(tmp_path, GOOD)).label
    fading = GOOD.replace("points: 3\n", "points: 3\n    fades: {by: tenure, over: 9}\n")
    assert load_rules(written(tmp_path, fading)).label != plain
