"""The rules, one small module each. A check takes what was walked and gives findings."""

from __future__ import annotations

from bot.dialogue.lint.checks.dead_ends import dead_end
from bot.dialogue.lint.checks.disclosures import closing_label, disclosure
from bot.dialogue.lint.checks.gate import debt_before_identity
from bot.dialogue.lint.checks.intents import unanswered_intent, unhandled_intent, unknown_intent
from bot.dialogue.lint.checks.loops import unbounded_loop
from bot.dialogue.lint.checks.promises import read_back
from bot.dialogue.lint.checks.reachable import unreachable_shared_step, unreachable_step, unused_prompt
from bot.dialogue.lint.checks.robot import truthful
from bot.dialogue.lint.checks.unset import unset_slot
from bot.dialogue.lint.checks.vulnerable import self_harm
from bot.dialogue.lint.subject import Check, LanguageCheck

FLOW_CHECKS: tuple[Check, ...] = (
    debt_before_identity,
    dead_end,
    unreachable_step,
    unknown_intent,
    unanswered_intent,
    unset_slot,
    disclosure,
    closing_label,
    unbounded_loop,
    read_back,
    self_harm,
    truthful,
)
LANGUAGE_CHECKS: tuple[LanguageCheck, ...] = (unused_prompt, unhandled_intent, unreachable_shared_step)
