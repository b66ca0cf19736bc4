"""The embedded default: a line with simulated subscribers behind it, in virtual or real time. Reaches nobody
outside.
"""
