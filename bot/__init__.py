"""The conversation: understanding, dialogue policy and turn-taking.

Knows nothing of campaigns, databases or carriers. What it says and understands is data under ``dialogues/``.
"""
