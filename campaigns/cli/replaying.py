"""Replaying a stored call on the command line, and keeping it as a dialogue test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.interpreter import Interpreter
from bot.simulation.anonymous import Anonymiser
from bot.simulation.replaying import Replay, replay_call
from bot.simulation.scenario_file import Happening, scenario_data, write_scenario
from bot.simulation.script import Script
from bot.transcript import Entry
from campaigns.cli.speech_view import BOT, CUSTOMER, show_said
from campaigns.dialing.briefing import brief_from
from campaigns.errors import ConflictError, SettingsError
from campaigns.settings import Settings
from campaigns.store.calls import StoredCall, stored_call
from campaigns.store.database import Database

COMMENT = """\
From call {call}. Names and numbers are invented. Read what the customer says before you share this file:
what they told of other people is not known for a name."""


Scripts = Callable[[str], Script]
"""The present script of a flow, by its name."""

NOT_THE_FAR_END = ("fault", "wound_up", "handed_over", "human_noted")
"""What no test can have happen: it follows from nothing that the far end did."""


def scripts_of(settings: Settings, interpreter: Interpreter | None = None) -> Scripts:
    """Read from disk, each once; understood by ``interpreter``, by default the embedded one."""
    interpreter = interpreter or EmbeddedInterpreter.load(
        language_dir(settings.language), settings.cache, settings.zone
    )
    return cache(lambda flow: Script.load(settings.language, flow, interpreter=interpreter))


def replay_stored(
    settings: Settings, database: Database, scripts: Scripts, call_id: int, save_test: Path | None
) -> bool:
    """Print the replay of a call; whether every reply is as it was. Raises NotFoundError, ConflictError."""
    with database.transaction() as session:
        call = stored_call(session, call_id)
    if call.brief is None:
        why = "nobody was spoken to" if not call.entries else "an older version held it and kept no brief"
        raise ConflictError(f"call {call_id} cannot be replayed: {why}")
    brief = brief_from(call.brief)
    script = scripts(call.flow)
    conversation = Conversation(script.flow, script.prompts, brief, script.interpreter, zone=settings.zone)
    replayed = replay_call(call.entries, conversation)
    console = Console(highlight=False)
    _print(console, call, replayed, script)
    if save_test is not None:
        _save(call, brief, script, save_test)
        console.print(
            f"Saved as {save_test}. Run it with: xiaorong dialogue test {save_test}", soft_wrap=True
        )
    return replayed.same and replayed.disposition == call.disposition


def _print(console: Console, call: StoredCall, replayed: Replay, script: Script) -> None:
    if call.flow_version != script.flow.version:
        console.print(f"The script has changed since: {call.flow_version} then, {script.flow.version} now.")
    for turn in replayed.turns:
        if turn.event.speaker == "customer":
            show_said(console, CUSTOMER, turn.event.text)
        elif turn.event.event not in (None, "opened"):
            console.print(f"[dim]      ({turn.event.event})[/dim]")
        for say in turn.turn.says if turn.turn else ():
            show_said(console, BOT, say.text, say.prompt)
        for difference in turn.differences:
            console.print(Text(f"      differs: {difference}", style="red"), soft_wrap=True)
    if replayed.disposition != call.disposition:
        console.print(f"[red]ends with {replayed.disposition}, not {call.disposition}[/red]")
    elif replayed.same:
        console.print(f"Every reply is as it was; the call ends with {call.disposition}.")


def _save(call: StoredCall, brief: Brief, script: Script, path: Path) -> None:
    """Write the call with invented names and numbers. Raises ConflictError when it then ends otherwise."""
    anonymous = Anonymiser(brief, script.prompts.speech)
    if any(entry.event in NOT_THE_FAR_END for entry in call.entries):
        raise ConflictError(
            f"call {call.id} was ended by the bot's own fault, the clock or your own people: "
            "no test can say so"
        )
    began = next(entry.at for entry in call.entries if entry.event == "opened")
    data = scenario_data(
        f"call {call.id}",
        script.conversation(anonymous.brief),
        began.astimezone(script.prompts.speech.zone).replace(microsecond=0),
        list(_happenings(call.entries, anonymous)),
        hangs_up=any(entry.event == "hung_up" for entry in call.entries),
    )
    ends = data["scenarios"][0].get("ends")
    if ends != call.disposition:
        raise ConflictError(
            f"with invented names and numbers call {call.id} ends with {ends}, not {call.disposition}: "
            "nothing is saved"
        )
    try:
        write_scenario(path, data, COMMENT.format(call=call.id))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error


def _happenings(entries: Iterable[Entry], anonymous: Anonymiser) -> Iterable[Happening]:
    for entry in entries:
        if entry.speaker == "customer":
            yield Happening("user", anonymous.text(entry.text, entry.entities))
        elif entry.event == "silence":
            yield Happening("silence")
        elif entry.event == "pressed":
            yield Happening("pressed", anonymous.text(entry.text))
