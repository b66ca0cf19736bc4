"""The scorecard: its shape, and what answers come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from campaigns.console.calls.scorecard import Answer, Scorecard, shipped_scorecard
from campaigns.errors import ConflictError

CARD = shipped_scorecard()
CODES = [criterion.code for criterion in CARD.criteria]
ANSWERS = st.fixed_dictionaries(
    {code: st.sampled_from([answer.value for answer in Answer]) for code in CODES}
)


def test_the_shipped_one_adds_up_to_a_hundred() -> None:
    assert sum(criterion.points for criterion in CARD.criteria) == 100
    assert {c.code for c in CARD.criteria if c.required} == {"disclosure", "identity"}


@given(answers=ANSWERS)
def test_a_score_lies_between_none_and_all_and_its_answers_are_told_back(answers: dict[str, str]) -> None:
    if set(answers.values()) == {"not_applicable"}:
        with pytest.raises(ConflictError):
            CARD.judge(answers)
        return
    judged = CARD.judge(answers)
    assert 0 <= judged.score <= 100
    assert judged.failed == ("missed" in (answers["disclosure"], answers["identity"]))
    assert CARD.answers(judged.points) == answers
    met = {code: "met" if given != "not_applicable" else given for code, given in answers.items()}
    assert CARD.judge(met).score == 100


@pytest.mark.parametrize("wrong", [{}, {"greeting": "met"}, dict.fromkeys(CODES, "excellent")])
def test_every_line_is_to_be_answered(wrong: dict[str, str]) -> None:
    with pytest.raises(ConflictError, match="every line"):
        CARD.judge(wrong)


def test_no_criterion_stands_twice() -> None:
    data = CARD.model_dump()
    with pytest.raises(ValidationError, match="stands twice"):
        Scorecard.model_validate(data | {"criteria": [data["criteria"][0]] * 2})
