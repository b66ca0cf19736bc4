"""Text messages: which one, and its words. ``sending.py`` sends them.

A message may be read by somebody else than the customer, so one that is not marked ``reveals_debt`` never
gets the facts of the debt, and its own words are checked against the language's debt lexicon when it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import TemplateSyntaxError, meta
from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import line_of, load_model
from bot.dialogue.gate import DebtLexicon
from bot.errors import DataFileError, PromptError
from bot.language import language_dir
from bot.sandbox import RENDERING_ERRORS, Sandbox
from campaigns.outcomes.dispositions import Code, Dispositions, shipped_dispositions
from campaigns.outcomes.figures import money
from campaigns.outcomes.promises import PromiseToPay

FILE = "messages.yml"
NEUTRAL_FACTS = frozenset({"institution", "hotline"})
DEBT_FACTS = frozenset({"amount", "due", "waives", "link"})


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What a message may say. ``waives``: relief accepted with the promise, minor units, 0 for none.

    ``link``: where what was promised can be paid; None where the line or the lender has no such thing.
    """

    institution: str
    hotline: str
    promise: PromiseToPay | None = None
    waives: int = 0
    link: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message ready to be queued."""

    template: str
    body: str
    channel: str = "sms"
    reveals_debt: bool = False
    has_link: bool = False


class MessageTemplate(BaseModel):
    """One message of the language file, which says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: tuple[Code, ...] = ()
    answers: Literal["help"] | None = None
    reveals_debt: bool = False
    body: str = Field(min_length=1)


class MessageFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    messages: dict[Code, MessageTemplate]


class MessageBook:
    """The messages of one language. ``load_messages`` makes one; a book that exists has been checked."""

    def __init__(self, content: MessageFile) -> None:
        # No HTML: a text message is plain text, and escaping would garble it.
        self._environment = _environment()
        self._messages = content.messages
        self._bodies = {
            name: self._environment.from_string(message.body) for name, message in content.messages.items()
        }
        self._after = {code: name for name, message in content.messages.items() for code in message.after}
        answering = {message.answers: name for name, message in content.messages.items() if message.answers}
        self.help = answering.get("help")
        """The template that answers HELP; None when there is none."""

    def after(self, disposition: str) -> str | None:
        """The template to queue after a call that ended as ``disposition``; None when there is none."""
        return self._after.get(disposition)

    def render(self, template: str, facts: MessageFacts) -> RenderedMessage:
        """Fill in ``template``. Raises PromptError for an unknown one, one of a promise not
        made, or one that does not fit its facts.
        """
        if template not in self._messages:
            raise PromptError(f"there is no message {template!r}; known: {', '.join(sorted(self._messages))}")
        values: dict[str, object] = {"institution": facts.institution, "hotline": facts.hotline}
        if self._messages[template].reveals_debt:
            if facts.promise is None:
                raise PromptError(f"the message {template!r} speaks of a promise, but none was made")
            values |= {"amount": facts.promise.amount, "due": facts.promise.due, "waives": facts.waives}
            values["link"] = facts.link
        try:
            body = self._bodies[template].render(values).strip()
        except RENDERING_ERRORS as error:
            raise PromptError(f"the message {template!r} cannot be written: {error}") from error
        return RenderedMessage(
            template,
            body,
            reveals_debt=self._messages[template].reveals_debt,
            has_link=facts.link is not None and facts.link in body,
        )

    def neutral(self, template: str, institution: str, hotline: str) -> RenderedMessage:
        """``template`` for a reader who may be anybody. Raises PromptError: unknown, or of a debt."""
        return self.render(template, MessageFacts(institution, hotline))


def load_messages(
    language: str = "zh", *, root: Path | None = None, dispositions: Dispositions | None = None
) -> MessageBook:
    """Read and check the messages of ``language``. Raises DataFileError with file, line and key."""
    folder = language_dir(language, root)
    content = load_model(folder / FILE, MessageFile)
    _check(folder / FILE, content, DebtLexicon.load(folder), dispositions or shipped_dispositions())
    return MessageBook(content)


def _environment() -> Sandbox:
    return Sandbox({"money": money})


def _check(path: Path, content: MessageFile, lexicon: DebtLexicon, dispositions: Dispositions) -> None:
    environment = _environment()
    taken: dict[str, str] = {}
    for name, message in content.messages.items():

        def wrong(key: str, problem: str, name: str = name) -> DataFileError:
            line = line_of(path, "messages", name, key)
            return DataFileError(str(path), problem, line=line, key=f"messages.{name}.{key}")

        try:
            environment.from_string(message.body)
            used = meta.find_undeclared_variables(environment.parse(message.body))
        except TemplateSyntaxError as error:
            raise wrong("body", error.message or "not a valid template") from error
        allowed = NEUTRAL_FACTS | DEBT_FACTS if message.reveals_debt else NEUTRAL_FACTS
        if strange := sorted(used - allowed):
            raise wrong("body", f"may not use {', '.join(strange)}; it may use {', '.join(sorted(allowed))}")
        said = [word for word in lexicon.words if word in message.body]
        said += lexicon.forbidden(message.body)
        if said and not message.reveals_debt:
            raise wrong("body", f"others may read this, so it may not say {', '.join(said)}")
        for code in message.after:
            if code not in dispositions:
                raise wrong("after", f"{code} is not a disposition")
            if code in taken:
                raise wrong("after", f"{code} is taken by {taken[code]} already: one message a call")
            if message.reveals_debt and not dispositions[code].right_party:
                raise wrong(
                    "after", f"{code} does not prove the right party, so the debt may not be spoken of"
                )
            taken[code] = name
