"""Recording: both sides of a call in one file, with what was said and what happened; sealed, given a key.

``recorder.py`` is the port, ``archive.py`` begins, finds and opens recordings, ``layout.py`` is the format.
"""
