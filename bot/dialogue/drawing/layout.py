"""Layers: where each box of a directed graph stands, top down, with few crossings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ROUNDS = 12


def layered(start: str, successors: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The nodes by layer: each one below its nearest predecessor, ordered by the middle of its neighbours."""
    layer = {start: 0}
    queue = [start]
    while queue:
        node = queue.pop(0)
        for target in successors.get(node, ()):
            if target not in layer:
                layer[target] = layer[node] + 1
                queue.append(target)
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for node, depth in layer.items():
        rows[depth].append(node)
    neighbours: dict[str, set[str]] = {node: set() for node in layer}
    for node, targets in successors.items():
        for target in targets:
            if node in layer and target in layer:
                neighbours[node].add(target)
                neighbours[target].add(node)
    for sweep in range(ROUNDS):
        order = rows if sweep % 2 == 0 else rows[::-1]
        for row in order:
            place = {node: (i + 0.5) / len(r) for r in rows for i, node in enumerate(r)}
            other = {node: [place[n] for n in neighbours[node] if layer[n] != layer[node]] for node in row}
            row.sort(key=lambda node: sum(other[node]) / len(other[node]) if other[node] else place[node])
    return rows
