"""Hearing: the Recognizer port, and one small module an engine."""
