"""How what is said in a call looks on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from campaigns.tables import Table

BOT, CUSTOMER = Text("小融", style="bold cyan"), Text("客户", style="bold green")


def show_said(console: Console, speaker: Text, words: str, *asides: str | tuple[str, str]) -> None:
    """One utterance, its lines beside the speaker's name, broken anywhere: Chinese has no spaces.

    ``asides`` follow, dim or in a style of their own. What goes to a file or a pipe is one line.
    """
    told = Text(words)
    for aside in asides:
        text, style = aside if isinstance(aside, tuple) else (aside, "dim")
        if text.strip():
            told.append(f"  {text.strip()}", style=style)
    if not console.is_terminal:
        console.print(Text.assemble(speaker, "  ", told), soft_wrap=True)
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(speaker, told)
    console.print(grid)
