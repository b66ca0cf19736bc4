"""Where things stand: file and line of steps, moves and prompts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.datafile import LineOf, lines_of, read_yaml
from bot.dialogue.brief import Brief, Debt, Party
from bot.dialogue.lint.events import Placed

NOBODY = Brief("", "", Party(""), Debt("", 0, 0, "", date.min, 0))
"""A customer without a name or product, to look a template's own words up with."""

Place = tuple[str, int]


class Places:
    """The files of one language. ``shown`` paths are relative to the folder above the language's."""

    def __init__(self, language_dir: Path) -> None:
        self._dir = language_dir

    def of_flow(self, flow: str, *key: str | int) -> Place:
        return self._place(self._flow_file(flow), *key)

    def of_step(self, flow: str, step: str) -> Place:
        return self._step(flow, step)

    def of_move(self, flow: str, placed: Placed) -> Place:
        if placed.section == "steps":
            return self._step(flow, placed.step, "moves", placed.index)
        index = placed.index
        for path in self._files(flow):
            moves = self._content(path).get(placed.section) or []
            if index < len(moves):
                return self._place(path, placed.section, index)
            index -= len(moves)
        return self.of_flow(flow)

    def is_own_step(self, flow: str, step: str) -> bool:
        """Whether the step stands in the flow's own file, not in one that it shares."""
        return self.file_of_step(flow, step) == self._flow_file(flow)

    def of_common(self, flow: str, key: str) -> Place:
        """A key that one of the flow's files has."""
        path = next((p for p in self._files(flow) if key in self._content(p)), self._flow_file(flow))
        return self._place(path, key)

    def of_prompt(self, prompt: str) -> Place:
        path = self._prompt_files.get(prompt)
        return self._place(path, "prompts", prompt) if path else (str(self._dir), 1)

    def of_intent(self, intent: str) -> Place:
        path = self._dir / "nlu.yml"
        blocks = self._content(path)["nlu"]
        index = next((i for i, block in enumerate(blocks) if block.get("intent") == intent), 0)
        return self._place(path, "nlu", index)

    def file_name(self, flow: str, step: str) -> str:
        """As flows and parts are named: without folder and ending."""
        path = self.file_of_step(flow, step)
        return flow if path is None else path.stem

    def file_of_step(self, flow: str, step: str) -> Path | None:
        files = self._files(flow)
        return next((path for path in files if step in (self._content(path).get("steps") or {})), None)

    def _step(self, flow: str, step: str, *key: str | int) -> Place:
        path = self.file_of_step(flow, step)
        return self.of_flow(flow) if path is None else self._place(path, "steps", step, *key)

    def _files(self, flow: str) -> list[Path]:
        """The flow's own file, the parts it is built of and the common one."""
        own = self._flow_file(flow)
        content = self._content(own)
        parts = [own.parent / "parts" / f"{name}.yml" for name in content.get("parts") or []]
        return [own, *parts, own.parent / f"{content.get('include', 'common')}.yml"]

    def _flow_file(self, flow: str) -> Path:
        return self._dir / "flows" / f"{flow}.yml"

    @cached_property
    def _prompt_files(self) -> Mapping[str, Path]:
        files = sorted((self._dir / "prompts").glob("*.yml"))
        return {prompt: path for path in files for prompt in self._content(path).get("prompts") or {}}

    @cached_property
    def _contents(self) -> dict[Path, Any]:
        return {}

    @cached_property
    def _lines(self) -> dict[Path, LineOf]:
        return {}

    def _content(self, path: Path) -> Any:
        if path not in self._contents:
            self._contents[path] = read_yaml(path)
        return self._contents[path] or {}

    def _place(self, path: Path, *key: str | int) -> Place:
        if path not in self._lines:
            self._lines[path] = lines_of(path)
        return shown(path), self._lines[path](*key)


def shown(path: Path) -> str:
    """Relative to where the command runs, when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
