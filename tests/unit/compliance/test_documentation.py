"""The page for auditors names commands and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from campaigns.cli.main import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "compliance.md").read_text(encoding="utf-8")


def test_every_invariant_has_its_proof_and_every_proof_is_there() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|([^|]*)\|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 19))
    for number, proofs in rows:
        folder = ROOT
        files = re.findall(r"`([\w/]+\.py)`", proofs)
        assert files, number
        for file in files:
            path = ROOT / "tests" / file if "/" in file else folder / file
            assert path.is_file(), file
            folder = path.parent


def test_what_holds_an_invariant_is_there() -> None:
    for row in re.findall(r"^\| \d+ \|[^|]*\|([^|]*)\|", PAGE, re.MULTILINE):
        for name in re.findall(r"`((?:bot|compliance|store|dialing|telephony|dialogues)/[\w./]+)`", row):
            assert (ROOT / name).exists() or (ROOT / "campaigns" / name).exists(), name


def test_every_compliance_command_is_in_the_page() -> None:
    group = typer.main.get_command(app).commands["compliance"]  # type: ignore[attr-defined]
    for name in group.commands:
        assert f"xiaorong compliance {name}" in " ".join(PAGE.split()), name
