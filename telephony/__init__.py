"""The line: places calls, reports how they end and what state a number is in.

Knows nothing of dialogues or campaigns. A new carrier is a folder here and a line in the registry.
"""
