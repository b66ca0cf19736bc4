"""Rasa as an interpreter: a server asked over HTTP, and the environment of its own that it runs in."""
