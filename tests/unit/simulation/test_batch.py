"""Many simulated calls: dealt out by weight, the same by seed, whatever runs them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.simulation.batch import StageSettings, UnknownPersonaError, plan_calls, run_calls
from bot.simulation.call import CallPlan, Stage
from bot.simulation.page import LABEL_BELOW, Plot, render_page
from bot.simulation.summary import Summary, summarize


@pytest.fixture(scope="module")
def settings(model_cache: Path) -> StageSettings:
    return StageSettings(language_dir("zh"), "repayment-reminder", model_cache, 11)


@pytest.fixture(scope="module")
def stage(settings: StageSettings) -> Stage:
    return settings.build()


def summary_of(settings: StageSettings, stage: Stage, plans: list[CallPlan], workers: int = 1) -> Summary:
    flow = stage.script.flow
    results = run_calls(settings, plans, workers, stage=stage)
    return summarize(flow.name, flow.version, settings.seed, results)


def test_calls_are_dealt_out_by_weight(stage: Stage) -> None:
    plans = plan_calls(stage.personas, [], 1000, [20, 0, 20])
    assert len(plans) == 2000
    shares = Counter(plan.persona for plan in plans if plan.noise == 0)
    assert shares["cooperative"] > 2 * shares["busy"] > shares["despair"] > 0
    assert set(shares) == set(stage.personas)
    assert len(set(plans)) == len(plans)
    few = plan_calls(stage.personas, ["busy", "despair"], 1, [10])
    assert {plan.persona for plan in few} == {"busy", "despair"}


def test_an_unknown_persona_names_the_known(stage: Stage) -> None:
    with pytest.raises(UnknownPersonaError, match="known: angry, "):
        plan_calls(stage.personas, ["busi"], 10, [0])


def test_noise_makes_calls_harder_and_breaks_no_rule(settings: StageSettings, stage: Stage) -> None:
    summary = summary_of(settings, stage, plan_calls(stage.personas, [], 150, [0, 30]))
    clean, noisy = summary.totals[0], summary.totals[30]
    assert summary.violations == 0
    assert clean.success_rate > 0.75
    assert noisy.success_rate < clean.success_rate
    assert noisy.mistaken_rate + noisy.asked_again_rate > clean.mistaken_rate + clean.asked_again_rate


def test_the_same_seed_gives_the_same_bytes(settings: StageSettings, stage: Stage) -> None:
    plans = plan_calls(stage.personas, [], 60, [0, 20])
    first, second = (json.dumps(summary_of(settings, stage, plans).as_data()) for _ in range(2))
    assert first == second
    other = StageSettings(settings.language_dir, settings.flow, settings.cache, 12)
    assert json.dumps(summary_of(other, other.build(), plans).as_data()) != first


@pytest.mark.slow
def test_processes_change_nothing(settings: StageSettings, stage: Stage) -> None:
    plans = plan_calls(stage.personas, [], 110, [10])
    heard: list[int] = []
    shared = run_calls(settings, plans, 2, heard.append)
    assert shared == run_calls(settings, plans, 1, stage=stage)
    assert sum(heard) == len(plans)


def test_one_call_can_be_held_again(stage: Stage) -> None:
    plan = CallPlan("hardship", 20, 3)
    result, entries = stage.hold(plan)
    assert str(plan) == "hardship@20#3"
    assert (result, entries) == stage.hold(plan)
    assert entries[0].event == "opened"


def test_the_customers_are_the_same_at_every_noise_level(stage: Stage) -> None:
    openings = [stage.hold(CallPlan("cooperative", level, 5))[1][4].text for level in (0, 30)]
    assert openings[0] == openings[1]  # the question by name


def test_the_page_stands_by_itself(settings: StageSettings, stage: Stage) -> None:
    summary = summary_of(settings, stage, plan_calls(stage.personas, [], 40, [0, 10]))
    page = render_page(summary)
    assert "No rule was broken" in page
    assert page.count("<polyline") == 3 + len(stage.personas)
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    summary.broken["identity", "ask_plan", 0] = ["busy@0#1"]
    summary.totals[0].violations = 1
    broken = render_page(summary)
    assert "1 rule violations" in broken
    assert "busy@0#1" in broken


def test_counts_of_one_level_add_up(settings: StageSettings, stage: Stage) -> None:
    interpreter = stage.script.interpreter
    assert isinstance(interpreter, EmbeddedInterpreter)
    data = summary_of(settings, stage, plan_calls(stage.personas, [], 50, [10])).as_data()
    (total,) = data["noise"]
    assert total["calls"] == sum(cell["calls"] for cell in data["personas"]) == 50
    assert sum(total["dispositions"].values()) == 50


def test_every_intent_that_a_phrase_means_can_be_understood(stage: Stage) -> None:
    interpreter = stage.script.interpreter
    assert isinstance(interpreter, EmbeddedInterpreter)
    some = next(iter(stage.personas.values()))
    for name, group in some.phrases.phrases.items():
        assert not group.intent or set(group.intent) & {*interpreter.intents, "out_of_scope"}, name


def test_the_figures_of_a_plot_stand_apart() -> None:
    points = [(10.0, 60.0), (10.0, 70.0), (10.0, 2.0), (90.0, 118.0)]
    plot = Plot(100, 120, (), tuple(("line", "good", ((x, y, 0.0),)) for x, y in points))
    assert [plot.label(x, y) - y for x, y in points] == [-7, LABEL_BELOW, LABEL_BELOW, -7]
