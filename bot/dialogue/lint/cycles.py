"""Strongly connected components of a graph."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def components(successors: Mapping[T, Sequence[T]]) -> Iterator[set[T]]:
    """Those with a cycle in them, by Kosaraju's two passes; without recursion, since flows are deep."""
    into: dict[T, list[T]] = {}
    for node, targets in successors.items():
        for target in targets:
            into.setdefault(target, []).append(node)
    seen: set[T] = set()
    for root in reversed(_finished(successors)):
        if root in seen:
            continue
        seen.add(root)
        component, stack = {root}, [root]
        while stack:
            for node in into.get(stack.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    component.add(node)
                    stack.append(node)
        if len(component) > 1 or root in successors.get(root, ()):
            yield component


def _finished(successors: Mapping[T, Sequence[T]]) -> list[T]:
    """Nodes in the order in which a depth-first search leaves them."""
    order: list[T] = []
    seen: set[T] = set()
    for root in successors:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(successors.get(root, ())))]
        while stack:
            node, targets = stack[-1]
            target = next((t for t in targets if t not in seen), None)
            if target is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(successors.get(target, ()))))
    return order
