"""The picture of a flow as SVG: layers of boxes, arrows with what is heard, and what holds in every step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from bot.dialogue.drawing.content import Arrow, Box, arrows, box, label
from bot.dialogue.drawing.layout import layered
from bot.dialogue.drawing.measure import shortened, width, wrapped
from bot.dialogue.flow import Flow
from bot.dialogue.model import RETURN, STAY, Move
from bot.dialogue.prompts import PromptBook

WIDE, GAP_X, GAP_Y, MARGIN = 270, 40, 110, 40
TITLE, BODY, SMALL = 14.0, 12.0, 10.5
PADDING, LINES = 12, 3
PANEL = 842
FONT = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei','Source Han Sans SC',sans-serif"
FILLS = {"asks": "#ffffff", "passes": "#f3f4f6", "holds": "#fef3c7"}
EDGES = {"asks": "#2563eb", "passes": "#9ca3af", "holds": "#d97706"}
GOOD = frozenset({"promise", "promise_with_relief", "promise_of_part", "promise_by_instalments"})
GRAVE = frozenset({"vulnerable", "deceased", "hardship", "complaint", "legal", "fraud_claim", "do_not_call"})
PALETTE = ("#2563eb", "#0d9488", "#7c3aed", "#c2410c", "#be185d", "#4d7c0f", "#0369a1", "#a16207")


@dataclass(slots=True)
class _Placed:
    box: Box
    x: float
    y: float
    height: float
    lines: list[str]

    @property
    def middle(self) -> float:
        return self.x + WIDE / 2


def draw(flow: Flow, prompts: PromptBook) -> str:
    """The SVG text. Detours and ends that only the answers given anywhere lead to stand in a panel aside."""
    main = {name: list(arrows(flow, name)) for name in flow.steps if name not in flow.detours}
    shown = _reachable(flow, main)
    successors = {name: [arrow.target for arrow in main.get(name, [])] for name in shown}
    rows = layered(flow.start, successors)
    placed, columns, bottom = _place(flow, prompts, rows)
    right = MARGIN + columns
    every = [arrow for name in shown for arrow in main.get(name, [])]
    parts = [*_arrows(every, placed, right), *(_box(p) for p in placed.values())]
    panel, panel_bottom = _panel(flow, prompts, right + 90)
    total, height = right + 90 + PANEL + MARGIN, max(bottom, panel_bottom) + MARGIN
    return _document(flow, prompts, total, height, [*parts, *panel])


def _reachable(flow: Flow, main: dict[str, list[Arrow]]) -> list[str]:
    """The steps that the flow's own moves lead to, in that order."""
    found, queue = [flow.start], [flow.start]
    while queue:
        for arrow in main.get(queue.pop(0), ()):
            if arrow.target not in found:
                found.append(arrow.target)
                queue.append(arrow.target)
    return found


def _place(flow: Flow, prompts: PromptBook, rows: list[list[str]]) -> tuple[dict[str, _Placed], float, float]:
    """Where every box stands, the width of the widest row and the bottom of the last."""
    widest = max(len(row) for row in rows) * (WIDE + GAP_X) - GAP_X
    y, placed = MARGIN + 74.0, {}
    for row in rows:
        x = MARGIN + (widest - len(row) * (WIDE + GAP_X) + GAP_X) / 2
        boxes = [_sized(box(flow, prompts, name)) for name in row]
        for item in boxes:
            item.x, item.y = x, y
            placed[item.box.name] = item
            x += WIDE + GAP_X
        y += max(item.height for item in boxes) + GAP_Y
    return placed, float(widest), y - GAP_Y


def _sized(item: Box) -> _Placed:
    inner = WIDE - 2 * PADDING
    lines = [line for said in item.said for line in wrapped(said, BODY, inner, LINES)]
    stays = 15 if item.stays else 0
    return _Placed(item, 0, 0, 2 * PADDING + 18 + len(lines) * 17 + stays, lines)


def _box(item: _Placed) -> str:
    kind = item.box
    fill, edge = FILLS.get(kind.kind, ""), EDGES.get(kind.kind, "")
    if kind.end:
        fill, edge = _end_colours(kind.end)
    x, y, inner = item.x, item.y, WIDE - 2 * PADDING
    dash = ' stroke-dasharray="5 4"' if kind.kind == "passes" else ""
    parts = [
        f"<g><title>{escape(kind.name)}: {escape(' '.join(kind.said))}</title>",
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDE}" height="{item.height:.1f}" rx="10" fill="{fill}" '
        f'stroke="{edge}" stroke-width="1.6"{dash}/>',
        _text(x + PADDING, y + PADDING + 12, kind.name, TITLE, "#111827", bold=True),
    ]
    if kind.end:
        room = inner - width(kind.name, TITLE) - 12
        badge = shortened(kind.end, SMALL, room)
        parts.append(_text(x + WIDE - PADDING, y + PADDING + 12, badge, SMALL, edge, anchor="end", bold=True))
    baseline = y + PADDING + 32
    for line in item.lines:
        parts.append(_text(x + PADDING, baseline, line, BODY, "#374151"))
        baseline += 17
    if kind.stays:
        told = shortened("↻ " + "; ".join(kind.stays), SMALL, inner)
        parts.append(_text(x + PADDING, baseline, told, SMALL, "#6b7280"))
    return "".join([*parts, "</g>"])


def _arrows(every: list[Arrow], placed: dict[str, _Placed], right: float) -> Iterator[str]:
    """Down to the next layers in curves; back up around the side."""
    outgoing: dict[str, list[Arrow]] = {}
    for arrow in every:
        outgoing.setdefault(arrow.source, []).append(arrow)
    back = 0
    for source, found in outgoing.items():
        found.sort(key=lambda arrow: placed[arrow.target].middle)
        for index, arrow in enumerate(found):
            start, end = placed[source], placed[arrow.target]
            share = (index + 1) / (len(found) + 1)
            x1, y1 = start.x + WIDE * share, start.y + start.height
            colour = PALETTE[index % len(PALETTE)]
            if end.y > start.y:
                x2, y2 = end.middle + (share - 0.5) * WIDE * 0.5, end.y
                bend = min(70.0, (y2 - y1) / 2)
                path = (
                    f"M{x1:.1f},{y1:.1f} C{x1:.1f},{y1 + bend:.1f} {x2:.1f},{y2 - bend:.1f} {x2:.1f},{y2:.1f}"
                )
                at = (x1 + (x2 - x1) * 0.12, y1 + 20 + 15 * (index % 4))
            else:
                lane = right + 12 + 6 * (back % 12)
                back += 1
                y3 = end.y + end.height * 0.5
                x3 = end.x + WIDE
                path = (
                    f"M{x1:.1f},{y1:.1f} C{x1:.1f},{y1 + 40:.1f} "
                    f"{lane:.1f},{y1 + 40:.1f} {lane:.1f},{y1 - 20:.1f} "
                    f"L{lane:.1f},{y3 + 40:.1f} C{lane:.1f},{y3:.1f} {x3 + 60:.1f},{y3:.1f} {x3:.1f},{y3:.1f}"
                )
                at = (x1, y1 + 20 + 15 * (index % 4))
            yield _arrow(path, at, arrow, colour, back=end.y <= start.y)


def _arrow(path: str, at: tuple[float, float], arrow: Arrow, colour: str, *, back: bool) -> str:
    label_text = "; ".join(arrow.labels)
    short = shortened((f"↑ {arrow.target}: " if back else "") + label_text, SMALL, 190)
    half = width(short, SMALL) / 2 + 3
    opacity = 0.35 if back else 0.85
    return (
        f"<g><title>{escape(arrow.source)} → {escape(arrow.target)}: {escape(label_text)}</title>"
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5" opacity="{opacity}" '
        f'marker-end="url(#tip)"/>'
        f'<rect x="{at[0] - half:.1f}" y="{at[1] - 11:.1f}" width="{2 * half:.1f}" height="14" rx="3" '
        f'fill="#f8fafc" opacity="0.92"/>'
        f"{_text(at[0], at[1], short, SMALL, colour, anchor='middle')}</g>"
    )


def _panel(flow: Flow, prompts: PromptBook, left: float) -> tuple[list[str], float]:
    """What holds in every step: stop words, questions in between, and the detours they lead to."""
    parts: list[str] = []
    y = MARGIN + 74.0
    for title, moves in (
        ("Stop words, gravest first", flow.stop_words),
        ("Answered anywhere", flow.anywhere),
    ):
        parts.append(_text(left, y + 12, title, TITLE, "#111827", bold=True))
        y += 26
        for move in moves:
            parts.append(_row(move, left, y))
            y += 20
        y += 18
    parts.append(_text(left, y + 12, "Detours and their ends", TITLE, "#111827", bold=True))
    y += 26
    x = left
    row_height = 0.0
    for name in sorted(flow.detours, key=list(flow.steps).index):
        item = _sized(box(flow, prompts, name))
        if x + WIDE > left + PANEL + 1:
            x, y, row_height = left, y + row_height + 16, 0.0
        item.x, item.y = x, y
        parts.append(_box(item))
        row_height = max(row_height, item.height)
        x += WIDE + 16
    return parts, y + row_height


def _row(move: Move, left: float, y: float) -> str:
    goes = {RETURN: "↩ " + ", ".join(move.say), STAY: "· " + ", ".join(move.say)}.get(move.to, f"→ {move.to}")
    heard = shortened(label(move), SMALL, PANEL * 0.62)
    return (
        f'<rect x="{left:.1f}" y="{y:.1f}" width="{PANEL}" height="18" rx="4" fill="#ffffff"/>'
        + _text(left + 6, y + 13, heard, SMALL, "#374151")
        + _text(
            left + PANEL - 6, y + 13, shortened(goes, SMALL, PANEL * 0.34), SMALL, "#2563eb", anchor="end"
        )
    )


def _end_colours(end: str) -> tuple[str, str]:
    if end in GOOD or end.startswith("promise"):
        return "#dcfce7", "#15803d"
    return ("#fee2e2", "#b91c1c") if end in GRAVE else ("#e5e7eb", "#4b5563")


def _text(
    x: float, y: float, text: str, size: float, colour: str, *, anchor: str = "start", bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def _document(flow: Flow, prompts: PromptBook, total: float, height: float, parts: list[str]) -> str:
    opening = "".join(prompts[name].sources[0] for name in flow.disclosures).replace(
        "{{ institution }}", "‹institution›"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {total:.0f} {height:.0f}" font-family="{FONT}">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="context-stroke"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#f8fafc"/>'
        + _text(MARGIN, MARGIN + 14, flow.name, 22, "#111827", bold=True)
        + _text(MARGIN, MARGIN + 40, opening, BODY, "#6b7280")
        + "\n".join(parts)
        + "</svg>\n"
    )
