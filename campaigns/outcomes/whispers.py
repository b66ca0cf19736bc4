"""What a person is told before they take a call over, and what the customer hears when nobody does.

Of the debt a person is told only once the right party is confirmed: the other words are checked against the
language's debt lexicon when they are read, and never get its facts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import TemplateSyntaxError, meta
from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import line_of, load_model
from bot.dialogue.brief import Brief
from bot.dialogue.gate import DebtLexicon
from bot.dialogue.speech import Speech
from bot.errors import DataFileError
from bot.language import language_dir
from bot.sandbox import Sandbox

FILE: Final = "handover.yml"
NEUTRAL_FACTS: Final = frozenset({"institution", "accept", "by_staff"})
DEBT_FACTS: Final = frozenset({"party", "product", "amount", "days"})

_ENVIRONMENT = Sandbox()


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Whispers(_Data):
    right_party: str = Field(min_length=1)
    unconfirmed: str = Field(min_length=1)


class HandoverWords(_Data):
    """The file ``handover.yml`` of a language. ``load_handover`` makes one that has been checked."""

    version: int = Field(ge=1)
    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")
    accept: str = Field(pattern=r"^[0-9*#]$")
    whispers: _Whispers
    sorry: str = Field(min_length=1)

    def whisper(self, brief: Brief, speech: Speech, *, right_party: bool, by_staff: bool = False) -> str:
        """The summary of a call with ``brief``. ``by_staff``: it is our people who want it handed over."""
        neutral = {"institution": brief.institution, "accept": self.accept, "by_staff": by_staff}
        if not right_party:
            return _ENVIRONMENT.from_string(self.whispers.unconfirmed).render(neutral).strip()
        debt = brief.debt
        facts = {"party": brief.party, "product": debt.product, "days": debt.days_past_due}
        amount = speech.say_money(debt.amount_due)
        template = _ENVIRONMENT.from_string(self.whispers.right_party)
        return template.render(neutral, amount=amount, **facts).strip()


def load_handover(language: str, *, root: Path | None = None) -> HandoverWords:
    """Raises DataFileError with file, line and key."""
    folder = language_dir(language, root)
    path = folder / FILE
    words = load_model(path, HandoverWords)
    lexicon = DebtLexicon.load(folder)
    _check(path, ("whispers", "right_party"), words.whispers.right_party, NEUTRAL_FACTS | DEBT_FACTS)
    for keys, text in (
        (("whispers", "unconfirmed"), words.whispers.unconfirmed),
        (("sorry",), words.sorry),
    ):
        _check(path, keys, text, NEUTRAL_FACTS if len(keys) > 1 else frozenset())
        said = [word for word in lexicon.words if word in text]
        said += lexicon.forbidden(text)
        if said:
            raise _wrong(path, keys, f"it may not say {', '.join(said)}: the right party is not confirmed")
    return words


def _check(path: Path, keys: tuple[str, ...], text: str, allowed: frozenset[str]) -> None:
    try:
        used = meta.find_undeclared_variables(_ENVIRONMENT.parse(text))
    except TemplateSyntaxError as error:
        raise _wrong(path, keys, error.message or "not a valid template") from error
    if strange := sorted(used - allowed):
        raise _wrong(path, keys, f"may not use {', '.join(strange)}")


def _wrong(path: Path, keys: tuple[str, ...], problem: str) -> DataFileError:
    return DataFileError(str(path), problem, line=line_of(path, *keys), key=".".join(keys))
