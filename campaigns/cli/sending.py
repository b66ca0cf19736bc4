"""Sending messages from the command line, and showing them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from campaigns.compliance.reasons import reason_text
from campaigns.dialing.assembly import house_of
from campaigns.dialing.companion import open_mailbox, open_sender
from campaigns.dialing.lines import line_settings
from campaigns.dialing.timing import SIMULATED, choose_clock
from campaigns.errors import ConflictError
from campaigns.outcomes.delivery import MessageState
from campaigns.outcomes.report_words import words
from campaigns.outcomes.sending import Sender
from campaigns.published import scripts_in_force
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.messages import MessageView
from campaigns.store.threads import StoreThreads
from campaigns.tables import Table
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup


def send_messages(settings: Settings, database: Database, wait_s: float) -> Counter[str]:
    """Send what is due; what was done. Raises LineConfigError, StoreError."""
    clock = choose_clock(settings, database, real_time=False)
    language = scripts_in_force(settings, database, clock.now())
    announcements = load_announcements(language / "announcements.yml")
    setup = LineSetup(clock, announcements, settings=line_settings(settings))
    with ExitStack() as stack:
        store = stack.enter_context(closing(StoreThreads(database)))
        if settings.line != SIMULATED:
            setup = replace(setup, mailbox=stack.enter_context(closing(open_mailbox(settings))))
        sender = open_sender(settings, store, clock, setup, house_of(settings, language))
        asyncio.run(_send(sender, wait_s))
    return sender.counts


async def _send(sender: Sender, wait_s: float) -> None:
    async with sender.listening():
        await sender.round()
        if wait_s:
            await sender.hear(wait_s)
            await sender.round()  # answers to what came in


def print_messages(messages: Sequence[MessageView], settings: Settings) -> None:
    """Print messages as a table."""
    say = words(settings.language)
    table = Table("Id", "Customer", "Message", "State", "Since or due", "Reason")
    for each in messages:
        when = each.due_at if each.state == MessageState.QUEUED else each.settled_at
        table.add_row(
            str(each.id),
            each.customer,
            say.code("message", each.template),
            say.code("message_state", each.state),
            f"{(when or each.created_at).astimezone(settings.zone):%m-%d %H:%M}",
            Text(reason_text(each.reason or "", settings.language)),
        )
    Console().print(table)


def check_states(states: Sequence[str]) -> None:
    """Raises ConflictError for a state that there is not."""
    known = [state.value for state in MessageState]
    if strange := sorted(set(states) - set(known)):
        raise ConflictError(f"there is no state {strange[0]!r}; states are {', '.join(known)}")
