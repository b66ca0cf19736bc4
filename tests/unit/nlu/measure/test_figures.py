from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.measure.figures import Scores, auroc, calibration_error, reliability

NAMES = ["affirm", "deny", "hardship", OUT_OF_SCOPE]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=40)
SHARES = st.floats(0, 1).map(lambda share: round(share, 2))


@given(PAIRS)
def test_scores_are_those_of_the_textbook(pairs: list[tuple[str, str]]) -> None:
    from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

    wanted, got = [a for a, _ in pairs], [b for _, b in pairs]
    scores = Scores.of(wanted, got)
    said = sorted(set(wanted))
    kinds = {"labels": said, "zero_division": 0}
    assert scores.accuracy == pytest.approx(accuracy_score(wanted, got))
    assert scores.macro_f1 == pytest.approx(f1_score(wanted, got, average="macro", **kinds))
    for of, wants in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        mine = [getattr(scores.by_intent[name], of) for name in said]
        assert mine == pytest.approx(list(wants(wanted, got, average=None, **kinds)))
    assert sum(scores.confusions.values()) == len(pairs)


@given(st.lists(st.tuples(st.sampled_from(NAMES), SHARES), min_size=1, max_size=40))
def test_the_area_is_that_of_the_textbook(rows: list[tuple[str, float]]) -> None:
    from sklearn.metrics import roc_auc_score

    wanted = [name for name, _ in rows]
    rankings = [(("affirm", share), (OUT_OF_SCOPE, 1 - share)) for _, share in rows]
    inside = [name != OUT_OF_SCOPE for name in wanted]
    area = auroc(wanted, rankings)
    if all(inside) or not any(inside):
        assert area is None
    else:
        assert area == pytest.approx(roc_auc_score(inside, [share for _, share in rows]))


def test_calibration_is_the_distance_of_confidence_and_accuracy() -> None:
    wanted = ["affirm"] * 10
    rankings = [(("affirm", 0.95),)] * 5 + [(("deny", 0.85),)] * 5
    bins = reliability(wanted, rankings)
    assert [(b.share, b.accuracy) for b in bins] == [(0.5, 0.0), (0.5, 1.0)]
    assert calibration_error(bins) == pytest.approx(0.5 * 0.85 + 0.5 * 0.05)


@given(st.lists(st.tuples(st.sampled_from(NAMES), SHARES), min_size=1, max_size=40))
def test_every_answer_falls_into_one_bin(rows: list[tuple[str, float]]) -> None:
    bins = reliability([name for name, _ in rows], [(("affirm", share),) for _, share in rows])
    assert sum(b.share for b in bins) == pytest.approx(1)
    assert 0 <= calibration_error(bins) <= 1
