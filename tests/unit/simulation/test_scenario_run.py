"""A dialogue test that does not hold is told, line by line; one that holds is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import load_prompts
from bot.errors import DataFileError
from bot.language import language_dir
from bot.simulation.scenario import ScenarioFile, load_scenarios
from bot.simulation.scenario_run import run_scenario
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter

PROMPTS = load_prompts(language_dir("zh"))
FLOW = load_flow(language_dir("zh"), "repayment-reminder", PROMPTS)
GOOD: dict[str, Any] = {
    "name": "a promise",
    "talk": [
        {"user": "affirm", "intent": "affirm", "bot": ["purpose_overdue", "ask_plan"], "says": ["1234元5角"]},
        {"user": "promise_pay date=2026-11-25", "stop_words": []},
        {"user": "affirm"},
    ],
    "ends": "promise",
    "right_party": True,
    "promise": {"amount": "1234.50", "due": "2026-11-25"},
    "human": False,
}


def problems(**changes: Any) -> list[str]:
    file = ScenarioFile.model_validate(
        {
            "flow": "repayment-reminder",
            "at": "2026-11-23T10:00:00+08:00",
            "customer": {"due_date": "2026-11-10", "days_past_due": 13, "amount_due": 1234.5},
            "scenarios": [GOOD | changes],
        }
    )
    return run_scenario(file, file.scenarios[0], FLOW, PROMPTS, ScriptedInterpreter(INTENTS))


def test_what_holds_is_silent() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ends": "refused"}, "ended with promise, not refused"),
        ({"ends": None}, "ended with promise, not None"),
        ({"promise": None}, "promised"),
        ({"promise": {"amount": 1, "due": "2026-11-25"}}, "promised"),
        ({"promise": GOOD["promise"] | {"relief": True}}, "promised"),
        ({"right_party": False}, "right_party is True"),
        ({"human": True}, "a human was not requested"),
        ({"never_says": ["debt"]}, "in purpose_overdue"),
        ({"never_says": ["谢谢"]}, "says '谢谢'"),
        ({"talk": [*GOOD["talk"], {"user": "affirm"}]}, "line 4: the call is over"),
        ({"talk": [{"user": "affirm", "intent": "deny"}, *GOOD["talk"][1:]]}, "understood affirm, not deny"),
        ({"talk": [{"user": "affirm", "bot": ["ask_plan"]}, *GOOD["talk"][1:]]}, "line 1 (affirm): said"),
        ({"talk": [{"user": "affirm", "says": ["9元"]}, *GOOD["talk"][1:]]}, "'9元' is not in"),
        ({"talk": [{"user": "affirm", "stop_words": ["death"]}, *GOOD["talk"][1:]]}, "hit the stop words []"),
        ({"customer": {"amount_due": 99}}, "'1234元5角' is not in"),
    ],
)
def test_what_does_not_hold_is_told(changes: dict[str, Any], told: str) -> None:
    assert any(told in problem for problem in problems(**changes)), problems(**changes)


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("ends: promise\n", "ends: promised\n", "Input should be"),
        ("talk:", "talks:", "talks: Extra inputs"),
        ("{silence: 5}", "{silence: 5, user: 喂}", "either the user says something or there is silence"),
        ("amount: 617.25", "amount: 617.255", "at most two decimals"),
    ],
)
def test_a_mistake_in_a_scenario_is_located(tmp_path: Path, written: str, instead: str, message: str) -> None:
    text = (language_dir("zh") / "tests" / "repayment-reminder.yml").read_text(encoding="utf-8")
    path = tmp_path / "tests.yml"
    assert written in text
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=message) as caught:
        load_scenarios(path)
    assert caught.value.line is not None
