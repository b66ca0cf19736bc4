"""Layers: where each card stands, top down, with few crossings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ROUNDS = 24


def layered(start: str, successors: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The nodes by layer: each one below its nearest predecessor, so that no way leads over a layer.

    Within a layer they are ordered by the middle of their neighbours; of all orders tried, the one with the
    fewest crossings is taken.
    """
    layer = {start: 0}
    queue = [start]
    for node in queue:
        for target in successors.get(node, ()):
            if target not in layer:
                layer[target] = layer[node] + 1
                queue.append(target)
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for node, depth in layer.items():
        rows[depth].append(node)
    ways = [
        (a, b) for a, targets in successors.items() for b in targets if layer.get(b) == layer.get(a, -2) + 1
    ]
    best = [list(row) for row in rows]
    for sweep in range(ROUNDS):
        _sweep(rows, ways, downwards=sweep % 2 == 0)
        if crossings(rows, ways) < crossings(best, ways):
            best = [list(row) for row in rows]
    return best


def crossings(rows: Sequence[Sequence[str]], ways: Sequence[tuple[str, str]]) -> int:
    """How many pairs of ways between the same two layers cross."""
    place = {node: i for row in rows for i, node in enumerate(row)}
    depth = {node: i for i, row in enumerate(rows) for node in row}
    return sum(
        depth[a] == depth[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for i, (a, b) in enumerate(ways)
        for c, d in ways[i + 1 :]
    )


def _sweep(rows: list[list[str]], ways: Sequence[tuple[str, str]], *, downwards: bool) -> None:
    near: dict[str, list[str]] = {}
    for a, b in ways:
        near.setdefault(b if downwards else a, []).append(a if downwards else b)
    for row in rows if downwards else reversed(rows):
        place = {node: (i + 0.5) / len(r) for r in rows for i, node in enumerate(r)}
        middle = {n: sum(place[m] for m in near[n]) / len(near[n]) if n in near else place[n] for n in row}
        row.sort(key=lambda node: middle[node])


def columns(rows: Sequence[Sequence[str]], ways: Sequence[tuple[str, str]], step: float) -> dict[str, float]:
    """The left edge of each node, ``step`` apart at least, as near to its neighbours' as the others allow.

    No layer is wider than the one with the most nodes: the leftmost edge there is at 0.
    """
    room = (max(len(row) for row in rows) - 1) * step
    x = {node: room / 2 for row in rows for node in row}
    near: dict[str, list[str]] = {node: [] for node in x}
    for a, b in ways:
        near[a].append(b)
        near[b].append(a)
    depth = {node: i for i, row in enumerate(rows) for node in row}
    for sweep in range(ROUNDS):
        downwards = sweep % 2 == 0
        for i, row in enumerate(rows) if downwards else reversed(list(enumerate(rows))):
            before = {n: [m for m in near[n] if (depth[m] < i) is downwards] for n in row}
            wished = [_mean([x[m] for m in before[node]] or [x[node]]) for node in row]
            x |= zip(row, _apart(wished, step, room), strict=True)
    return x


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _apart(wished: Sequence[float], step: float, room: float) -> list[float]:
    """The places nearest to ``wished``, in its order, that are ``step`` apart and between 0 and ``room``."""
    blocks: list[tuple[float, int]] = []  # of neighbours that touch: where the first would be, and how many
    for index, wish in enumerate(wished):
        mean, size = wish - index * step, 1
        while blocks and blocks[-1][0] > mean:
            before, many = blocks.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        blocks.append((mean, size))
    most = room - (len(wished) - 1) * step
    firsts = [min(max(mean, 0.0), most) for mean, size in blocks for _ in range(size)]
    return [first + index * step for index, first in enumerate(firsts)]
