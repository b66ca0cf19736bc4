"""Servers of other makes that the voice benchmark compares with. Each runs in an environment of its own."""
