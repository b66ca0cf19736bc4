"""Options that reports have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Csv = Annotated[
    Path | None, typer.Option(help="Also write one file a table to this folder.", show_default=False)
]
Xlsx = Annotated[Path | None, typer.Option(help="Also write one workbook.", show_default=False)]
Html = Annotated[
    Path | None, typer.Option(help="Also write a printable page with plots.", show_default=False)
]
Language = Annotated[
    str | None, typer.Option(help="zh or en. Default: that of the installation.", show_default=False)
]
