"""A debt flow as small as one can be, in a copy of the shipped language: quick to walk, and whole."""

from __future__ import annotations

from pathlib import Path

from tests.unit.linting.mutants import copy_language

NAME = "minimal"
FLOW_FILE, PROMPT_FILE = "flows/minimal.yml", "prompts/minimal.yml"

_FLOW = """\
start: identity
disclosures: [disclose_institution, disclose_ai, disclose_recording]
slots:
  amount: {reveals: debt}
  due: {reveals: debt}
steps:
  identity:
    ask: identity_name
    moves:
      - {intents: [confirm_identity, affirm], do: [confirm_identity], to: day}
      - {intents: [deny], to: wrong_number}
  day:
    ask: minimal_day
    expects: [inform, already_promised, refuse_pay]
    moves:
      - {intents: [inform, promise_pay], entities: [day], when: heard.day >= today,
         set: {due: heard.day, amount: debt.amount_due}, to: readback}
      - {intents: [refuse_pay], to: nothing_promised}
  readback:
    ask: minimal_read_back
    reads_back: true
    moves:
      - {intents: [affirm], when: "heard.day in [none, due] and heard.money in [none, amount]",
         do: [record_promise], to: promised}
      - {intents: [affirm, deny], to: nothing_promised}
  promised: {end: promise}
  nothing_promised: {end: no_commitment}
"""
_PROMPTS = """\
prompts:
  minimal_day: {reveals: debt, asks: date, say: "您哪天还？"}
  minimal_read_back: {reveals: debt, asks: readback, say: "{{ due | day }}还{{ amount | money }}，对吗？"}
"""


def minimal_language(to: Path) -> Path:
    """The shipped language and the minimal flow."""
    folder = copy_language(to)
    (folder / FLOW_FILE).write_text(_FLOW, encoding="utf-8")
    (folder / PROMPT_FILE).write_text(_PROMPTS, encoding="utf-8")
    return folder
