"""What the bot has asked, known from its words alone: on a line only text crosses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from bot.dialogue.prompts import PromptBook

SHORTEST_BRANCH = 6
"""A branch of a question with a shorter stretch than this is not known by it."""

_BLOCK = re.compile(r"\{%.*?%\}")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


@dataclass(frozen=True, slots=True)
class Recognition:
    """Marks, longest first: what stands in the text of a question whatever is filled into it."""

    marks: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, prompts: PromptBook) -> Self:
        """The marks of every prompt with ``asks``: of each variant and branch the longest plain stretch."""
        marks: dict[str, str] = {}
        for prompt in prompts.prompts.values():
            if prompt.asks is not None:
                for source in prompt.sources:
                    mark = max(_TAG.split(source), key=len).strip()
                    if marks.setdefault(mark, prompt.asks) != prompt.asks:
                        raise ValueError(f"{mark!r} does not tell {marks[mark]!r} from {prompt.asks!r}")
        for prompt in prompts.prompts.values():
            for source in prompt.sources if prompt.asks else ():
                for branch in _BLOCK.split(source):
                    mark = max(_TAG.split(branch), key=len).strip()
                    if prompt.asks is not None and len(mark) >= SHORTEST_BRANCH:
                        marks.setdefault(mark, prompt.asks)
        return cls(tuple(sorted(marks.items(), key=lambda pair: -len(pair[0]))))

    def asked(self, text: str) -> str | None:
        """What the last question in ``text`` asks; None when nothing known is asked."""
        best, where = None, -1
        for mark, asks in self.marks:
            at = text.rfind(mark)
            if at >= 0 and at + len(mark) > where:
                best, where = asks, at + len(mark)
        return best
