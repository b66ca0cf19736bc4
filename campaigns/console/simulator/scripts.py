"""The scripts of the installation, ready to talk to; what was saved since is taken up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bot.dialogue.drawing.picture import draw
from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.lint.places import Places
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.interpreter import Interpreter
from bot.nlu.stop_words import StopWords
from bot.nlu.training_data import load_training_data
from bot.simulation.freshness import Freshness
from bot.simulation.noise import NoiseChannel
from bot.simulation.script import Script
from campaigns.errors import NotFoundError
from campaigns.settings import Settings
from campaigns.understanding import open_interpreter


@dataclass(slots=True)
class _Loaded:
    prompts: PromptBook | None = None
    interpreter: Interpreter | None = None
    noise: NoiseChannel | None = None
    intents: tuple[str, ...] = ()
    stop_words: tuple[str, ...] = ()
    flows: dict[str, Flow] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    pictures: dict[tuple[str, bool, str], str] = field(default_factory=dict)


class Scripts:
    """Loaded when they are first asked for, and again when a file of theirs was saved. Thread-safe.

    The understanding takes seconds to train where its cache is empty; whoever comes meanwhile waits for it.
    Methods raise DataFileError for a file that is wrong.
    """

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self._lock = Lock()
        self._stack = ExitStack()
        self._loaded = _Loaded()
        self._files: Freshness | None = None

    @property
    def folder(self) -> Path:
        """By default where authors write."""
        return self._folder or language_dir(self._settings.language)

    @property
    def flows(self) -> Sequence[str]:
        """The flows that a call can be held with."""
        return flow_names(self.folder)

    def prompts(self) -> PromptBook:
        with self._lock:
            self._take_up()
            return self._prompts()

    def intents(self) -> tuple[str, ...]:
        """What an utterance can be taken to mean."""
        with self._lock:
            self._take_up()
            if not self._loaded.intents:
                examples = load_training_data(self.folder / "nlu.yml")
                self._loaded.intents = tuple(sorted({example.intent for example in examples}))
            return self._loaded.intents

    def stop_words(self) -> tuple[str, ...]:
        """The rules by which words are grave, gravest first."""
        with self._lock:
            self._take_up()
            if not self._loaded.stop_words:
                self._loaded.stop_words = StopWords.load(self.folder).rules
            return self._loaded.stop_words

    def flow(self, name: str) -> Flow:
        """A flow to look at. Raises NotFoundError for one that there is not."""
        if name not in self.flows:
            raise NotFoundError("there is no script %(name)r here", name=name)
        with self._lock:
            self._take_up()
            if name not in self._loaded.flows:
                self._loaded.flows[name] = load_flow(self.folder, name, self._prompts())
            return self._loaded.flows[name]

    def script(self, flow: str) -> Script:
        """A flow, ready to talk. Raises NotFoundError for one that there is not."""
        if flow not in self.flows:
            raise NotFoundError("there is no script %(flow)r here", flow=flow)
        with self._lock:
            self._take_up()
            made = self._loaded.scripts.get(flow)
            if made is None:
                made = Script.load_from(self.folder, flow, self._settings.cache, self._interpreter())
                self._loaded.scripts[flow] = made
            return made

    def noise(self) -> NoiseChannel:
        """What garbles words as a recogniser would."""
        with self._lock:
            self._take_up()
            if self._loaded.noise is None:
                self._loaded.noise = NoiseChannel.load(self.folder)
            return self._loaded.noise

    def picture(self, flow: str, *, common: bool, language: str) -> str:
        """The flow as SVG, to stand in a page: without a style sheet of its own. Raises NotFoundError."""
        loaded = self.flow(flow)
        with self._lock:
            kept = self._loaded.pictures.get((flow, common, language))
            if kept is None:
                places = Places(self.folder)
                drawn = draw(
                    loaded,
                    self._prompts(),
                    lambda step: places.file_name(flow, step),
                    common=common,
                    language=language,
                )
                kept = _without_style(drawn)
                self._loaded.pictures[flow, common, language] = kept
            return kept

    def close(self) -> None:
        """Let go of what understands."""
        self._stack.close()

    def _take_up(self) -> None:
        if self._files is None:
            self._files = Freshness(self.folder)
        elif self._files.changed():
            self._stack.close()
            self._loaded = _Loaded()

    def _prompts(self) -> PromptBook:
        if self._loaded.prompts is None:
            self._loaded.prompts = PromptBook.load(self.folder)
        return self._loaded.prompts

    def _interpreter(self) -> Interpreter:
        if self._loaded.interpreter is None:
            self._loaded.interpreter = self._stack.enter_context(
                open_interpreter(self._settings, self.folder, live=False)
            )
        return self._loaded.interpreter


def _without_style(svg: str) -> str:
    """The style element is cut out: the page's own sheet has its two rules, and the policy forbids others."""
    head, opening, rest = svg.partition("<style>")
    return head + rest.partition("</style>")[2] if opening else svg
