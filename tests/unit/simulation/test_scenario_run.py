"""A dialogue test that does not hold is told, line by line; one that holds is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

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


def test_slots_steps_disclosures_and_keys_can_be_asked_for() -> None:
    filled = {"amount": 1234.5, "due": "2026-11-25", "relief": None, "callback_at": None}
    talk = [GOOD["talk"][0], GOOD["talk"][1] | {"step": "readback", "slots": filled}, GOOD["talk"][2]]
    assert problems(talk=talk, disclosed=["institution", "ai_identity", "recording_notice"]) == []


def test_the_clock_of_one_scenario_can_be_pinned_by_itself() -> None:
    """What is due today depends on the day."""
    late = problems(at="2026-11-26T10:00:00+08:00")
    assert any("promised" in problem for problem in late)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        problems(at="2026-11-26T10:00:00")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ends": "refused"}, "ended with promise, not refused"),
        ({"ends": None}, "ended with promise, not nothing"),
        ({"promise": None}, "promised"),
        ({"promise": {"amount": 1, "due": "2026-11-25"}}, "promised"),
        ({"promise": GOOD["promise"] | {"relief": True}}, "promised"),
        ({"right_party": False}, "right_party is True, not False"),
        ({"human": True}, "human requested is False, not True"),
        ({"never_says": ["debt"]}, "in purpose_overdue"),
        ({"never_says": ["谢谢"]}, "says '谢谢'"),
        ({"talk": [*GOOD["talk"], {"user": "affirm"}]}, "line 4: the call is over"),
        ({"talk": [{"user": "affirm", "intent": "deny"}, *GOOD["talk"][1:]]}, "understood affirm, not deny"),
        ({"talk": [{"user": "affirm", "bot": ["ask_plan"]}, *GOOD["talk"][1:]]}, "line 1 (affirm): said"),
        ({"talk": [{"user": "affirm", "says": ["9元"]}, *GOOD["talk"][1:]]}, "not 9元"),
        (
            {"talk": [{"user": "affirm", "stop_words": ["death"]}, *GOOD["talk"][1:]]},
            "stop words hit none, not death",
        ),
        ({"talk": [{"user": "affirm", "step": "date"}, *GOOD["talk"][1:]]}, "in step plan, not date"),
        ({"talk": [{"user": "affirm", "slots": {"amount": 9}}, *GOOD["talk"][1:]]}, "slot amount is nothing"),
        ({"talk": [{"user": "affirm", "slots": {"sum": 9}}, *GOOD["talk"][1:]]}, "slot sum is not there"),
        ({"talk": [*GOOD["talk"][:2], {"user": "affirm", "slots": {"amount": 1234}}]}, "1234.5, not 1234"),
        ({"talk": [*GOOD["talk"][:2], {"user": "affirm", "slots": {"due": "2026-11-24"}}]}, "not 2026-11-24"),
        ({"customer": {"amount_due": 99}}, "not 1234元5角"),
    ],
)
def test_what_does_not_hold_is_told(changes: dict[str, Any], told: str) -> None:
    assert any(told in problem for problem in problems(**changes)), problems(**changes)


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("ends: promise\n", "ends: promised\n", "Input should be"),
        ("talk:", "talks:", "talks: there is no such key"),
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
