"""What is said, on a terminal and in a file."""

from __future__ import annotations

import io

from rich.console import Console

from campaigns.cli.speech_view import BOT, show_said

WORDS = "您的号码是在办理业务时登记的联系电话。有疑问您可以拨打客服热线核实[编号]"


def shown(*, terminal: bool) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=30, force_terminal=terminal, color_system=None)
    show_said(console, BOT, WORDS, "answer_source", ("", "red"))
    return file.getvalue().splitlines()


def test_on_a_terminal_lines_stand_beside_the_name() -> None:
    lines = shown(terminal=True)
    assert lines[0].startswith("小融  您的号码")
    assert all(line.startswith("      ") for line in lines[1:])
    told = lines[0].removeprefix("小融") + "".join(lines[1:])
    assert "".join(told.split()) == f"{WORDS}answer_source"


def test_in_a_file_it_is_one_line_as_it_was_said() -> None:
    assert shown(terminal=False) == [f"小融  {WORDS}  answer_source"]
