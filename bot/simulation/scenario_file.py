"""Writing what happened in a conversation as a dialogue test, in the format of ``scenario.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.dialogue.turn import Turn
from bot.simulation.scenario_run import TURN_TAKES

DEBT = "debt"
"""In ``never_says`` of a test: anything that gives the debt away."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to the bot: words, a silence, or keys."""

    kind: Literal["user", "silence", "pressed"]
    text: str = ""

    def put_to(self, conversation: Conversation, at: datetime) -> Turn:
        """Let it happen. Raises FlowError when the call is over."""
        if self.kind == "silence":
            return conversation.hear_silence(at)
        return (
            conversation.press(self.text, at) if self.kind == "pressed" else conversation.hear(self.text, at)
        )


def scenario_data(
    name: str,
    conversation: Conversation,
    at: datetime,
    happenings: Sequence[Happening],
    *,
    hangs_up: bool = False,
    note: str = "",
) -> dict[str, Any]:
    """Hold a fresh ``conversation`` that begins at ``at``, and give it as a file with one dialogue test.

    What comes is taken for right: whoever saves a test has looked at it. Stops where the call ends. ``note``
    becomes the first line of the name.
    """
    conversation.open(at)
    talk: list[dict[str, Any]] = []
    for happening in happenings:
        if conversation.ended:
            break
        at += TURN_TAKES
        talk.append(_line(happening, happening.put_to(conversation, at)))
    if hangs_up and not conversation.ended:
        conversation.far_end_hung_up(at)
    else:
        hangs_up = False
    opened = conversation.state.opened_at or at
    return {
        "flow": conversation.flow.name,
        "at": opened.isoformat(),
        "customer": customer_data(conversation.brief),
        "scenarios": [
            {"name": f"{note}{name}", "talk": talk} | _end(conversation, hangs_up=hangs_up),
        ],
    }


def write_scenario(path: Path, data: dict[str, Any], comment: str) -> None:
    """Write it as YAML under a comment. Raises OSError."""
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)
    path.write_text("".join(f"# {line}\n" for line in comment.splitlines()) + text, encoding="utf-8")


def customer_data(brief: Brief) -> dict[str, Any]:
    """The customer of a brief as a scenario names it: money in major units, days as text."""
    party, debt, offer = brief.party, brief.debt, brief.offer
    data: dict[str, Any] = {
        "institution": brief.institution,
        "hotline": brief.hotline,
        "name": party.name,
        "honorific": party.honorific,
        "id_tail": party.id_tail,
        "product": debt.product,
        "amount_due": _major(debt.amount_due),
        "minimum_due": _major(debt.minimum_due),
        "due_date": debt.due_date.isoformat(),
        "days_past_due": debt.days_past_due,
        "latest_promise_days": brief.latest_promise_days,
    }
    if offer is not None:
        data["offer"] = {
            "waives": _major(offer.waives),
            "pay_by": offer.pay_by.isoformat(),
            "valid_until": offer.valid_until.isoformat(),
        }
    if (plan := brief.instalments) is not None:
        data["instalments"] = {
            "count": plan.count,
            "amount": _major(plan.amount),
            "first_due": plan.first_due.isoformat(),
            "valid_until": plan.valid_until.isoformat(),
        }
    if (broken := brief.broken_promise) is not None:
        data["broken_promise"] = {"amount": _major(broken.amount), "due": broken.due.isoformat()}
    if (invitation := brief.invitation) is not None:
        until = invitation.valid_until.isoformat()
        data["invitation"] = {"text": invitation.text, "valid_until": until}
    if brief.agents:
        data["agents"] = True
    return data


def _line(happening: Happening, turn: Turn) -> dict[str, Any]:
    line: dict[str, Any] = {happening.kind: 1 if happening.kind == "silence" else happening.text}
    if turn.heard is not None:
        line["intent"] = turn.heard.intent
        if turn.heard.stop_words:
            line["stop_words"] = list(turn.heard.stop_words)
    line["bot"] = [say.prompt for say in turn.says]
    return line


def _end(conversation: Conversation, *, hangs_up: bool) -> dict[str, Any]:
    outcome = conversation.outcome
    end: dict[str, Any] = {"hangs_up": True} if hangs_up else {}
    if conversation.ended:
        end["ends"] = str(outcome.disposition)
    end["right_party"] = outcome.right_party
    if outcome.promise is not None:
        end["promise"] = {
            "amount": _major(outcome.promise.amount),
            "due": outcome.promise.due.isoformat(),
            "relief": outcome.promise.offer_id is not None,
        }
    if outcome.callback_at is not None:
        end["callback_at"] = outcome.callback_at.isoformat()
    end["human"] = outcome.human_requested
    if not conversation.state.identity_confirmed:
        end["never_says"] = [DEBT]
    return end


def _major(minor: int) -> int | float:
    return minor // 100 if minor % 100 == 0 else minor / 100
