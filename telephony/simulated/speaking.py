"""How long a sentence takes to say."""

from __future__ import annotations

HANZI_PER_S = 4.5  # house figure for a calm telephone voice
LETTERS_PER_S = 15.0  # house figure: 150 English words a minute, six letters each
_FIRST_CJK = "\u2e80"


def speaking_s(text: str) -> float:
    """Seconds to say ``text``: Chinese characters and digits one by one, other letters as words."""
    spoken = [c for c in text if c.isalnum()]
    letters = sum(c < _FIRST_CJK and not c.isdigit() for c in spoken)
    return (len(spoken) - letters) / HANZI_PER_S + letters / LETTERS_PER_S
