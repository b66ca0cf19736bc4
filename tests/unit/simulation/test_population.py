"""Simulated customers' briefs: by seed, within the ranges, and a mistake in the file is located."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from bot.dialogue.speech import Speech
from bot.errors import DataFileError
from bot.language import language_dir
from bot.simulation.population import Population

ZH = language_dir("zh")


def population(folder: Path = ZH) -> Population:
    return Population.load(folder, Speech.load(ZH))


def test_customers_are_drawn_by_seed_within_the_ranges() -> None:
    drawn = population()
    assert drawn.draw("any", Random(1)) == drawn.draw("any", Random(1))
    briefs = [drawn.draw("any", Random(seed)) for seed in range(200)]
    ranges = drawn.file.ranges("any")
    low, high = ranges.amount_due
    for brief in briefs:
        assert low * 100 <= brief.debt.amount_due <= high * 100
        assert 0 < brief.debt.minimum_due <= brief.debt.amount_due
        assert ranges.days_past_due[0] <= brief.debt.days_past_due <= ranges.days_past_due[1]
        assert (drawn.at.date() - brief.debt.due_date).days == brief.debt.days_past_due
        if brief.offer is not None:
            assert 0 < brief.offer.waives < brief.debt.amount_due
    assert {bool(brief.offer) for brief in briefs} == {bool(b.party.id_tail) for b in briefs} == {True, False}
    assert len({brief.party.name for brief in briefs}) > 150


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("amount_due: [300, 20000]", "amount_due: [300, 20]", "from the lower to the higher"),
        ("offer: 0.6", "offer: 6", "less than or equal to 1"),
        ("flows:", "flows: {any: {amount: [1, 2]}}\nothers:", "others"),
    ],
)
def test_a_mistake_is_located(tmp_path: Path, written: str, instead: str, message: str) -> None:
    for name in ("population.yml", "names.yml"):
        shutil.copy(ZH / name, tmp_path)
    path = tmp_path / "population.yml"
    text = path.read_text(encoding="utf-8")
    assert written in text
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=message) as caught:
        population(tmp_path)
    assert caught.value.line is not None
