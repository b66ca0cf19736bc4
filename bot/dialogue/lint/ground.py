"""What a walk stands on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.flow import Flow
from bot.dialogue.lint.events import Events
from bot.dialogue.lint.graph import Graph
from bot.dialogue.lint.relevance import Relevance
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.lint.witness import Witness
from bot.dialogue.prompts import PromptBook


@dataclass(frozen=True, slots=True)
class Ground:
    """One flow, what can happen in it, and what has been found of it so far."""

    flow: Flow
    prompts: PromptBook
    events: Events
    relevance: Relevance
    graph: Graph
    witness: Witness

    @classmethod
    def of(cls, flow: Flow, prompts: PromptBook, vocabulary: Vocabulary) -> Ground:
        graph = Graph()
        return cls(flow, prompts, Events(flow, vocabulary), Relevance(flow, prompts), graph, Witness(graph))
