"""Dialling: who is next, when, and how an attempt survives a crash."""
