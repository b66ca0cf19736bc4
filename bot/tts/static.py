"""What of the prompts is the same for every customer: the only speech that may be kept on disk.

A clause is static when all of its characters stand in the template itself, or come from values that are the
same for the whole installation, such as the institution's name. One that touches any other value is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

from jinja2 import Environment, nodes

from bot.dialogue.prompts import Prompt, PromptBook
from bot.tts.clauses import cut
from bot.tts.reading_words import ReadingWords

SLOT = "\x00"
"""Stands where a value of one customer would."""

_MOST = 256  # ways through the conditions of one variant; no prompt comes near

_PARSER = Environment()  # noqa: S701 - only parses; nothing is rendered


def static_clauses(book: PromptBook, words: ReadingWords, constants: Mapping[str, str]) -> frozenset[str]:
    """Every clause of every prompt that is the same for all customers, as ``cut`` cuts it.

    ``constants`` are the variables that this installation always fills alike, such as the institution.
    """
    return frozenset(
        clause
        for prompt in book.prompts.values()
        for variant in range(len(prompt.sources))
        for text in wordings(prompt, variant, constants)
        for clause in static_of(text, words)
    )


def wordings(prompt: Prompt, variant: int, constants: Mapping[str, str]) -> list[str]:
    """All that the variant (from 0) may come out as, with SLOT for each value of one customer."""
    return _ways(_PARSER.parse(prompt.sources[variant]).body, constants)


def static_of(text: str, words: ReadingWords) -> Iterator[str]:
    """The clauses of a wording that hold no SLOT."""
    return (clause.text for clause in cut(text, words) if SLOT not in clause.text)


def _ways(body: list[nodes.Node], constants: Mapping[str, str]) -> list[str]:
    each = [_ways_of(node, constants) for node in body]
    return ["".join(parts) for parts in islice(product(*each), _MOST)]


def _ways_of(node: nodes.Node, constants: Mapping[str, str]) -> list[str]:
    match node:
        case nodes.Output():
            return _ways(node.nodes, constants)  # type: ignore[arg-type]
        case nodes.TemplateData():
            return [node.data]
        case nodes.Name() if node.name in constants:
            return [constants[node.name]]
        case nodes.If():
            branches = [node.body, *(branch.body for branch in node.elif_), node.else_]
            return list(dict.fromkeys(way for branch in branches for way in _ways(branch, constants)))
        case _:
            return [SLOT]
