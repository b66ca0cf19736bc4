"""What a prompt's template may find unset when it is said in a given state."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from bot.dialogue.lint.evaluate import Evaluator
from bot.dialogue.lint.state import State
from bot.dialogue.lint.trees import template
from bot.dialogue.lint.values import is_nothing
from bot.dialogue.lint.wording import wording


def unset_in(source: str, state: State, slots: frozenset[str]) -> set[str]:
    """The names that ``source`` would say or compute with, and that may be None in ``state``."""
    found: set[str] = set()
    evaluator = Evaluator(slots, found.add)
    for _ in _run(template(source).body, state, evaluator, found):
        pass
    return found


def _run(body: list[nodes.Node], state: State, evaluator: Evaluator, found: set[str]) -> Iterator[State]:
    """The states after ``body``, branch by branch."""
    if not body:
        yield state
        return
    first, rest = body[0], body[1:]
    if isinstance(first, nodes.Output):
        for then in _say(first.nodes, state, evaluator, found):
            yield from _run(rest, then, evaluator, found)
    elif isinstance(first, nodes.If):
        for truth, then in evaluator.truths(first.test, state):
            branch = first.body if truth else [*first.elif_, *first.else_]
            for after in _run(branch, then, evaluator, found):
                yield from _run(rest, after, evaluator, found)
    else:
        yield from _run(rest, state, evaluator, found)


def _say(parts: list[nodes.Expr], state: State, evaluator: Evaluator, found: set[str]) -> Iterator[State]:
    if not parts:
        yield state
        return
    if isinstance(parts[0], nodes.TemplateData):
        yield from _say(parts[1:], state, evaluator, found)
        return
    for value, then in evaluator.values(parts[0], state):
        if is_nothing(value):
            found.add(wording(parts[0]))
        else:
            yield from _say(parts[1:], then, evaluator, found)
