"""What has reached a far end's ear: the captions of what was really played, cut where the sound was cut."""

from __future__ import annotations

from collections.abc import Sequence

from telephony.playout import Caption


class Heard:
    """The words a far end has heard and not yet answered."""

    def __init__(self) -> None:
        self._whole: list[str] = []
        self._current: Caption | None = None
        self._from = 0  # characters of the current sentence that were answered already
        self._talked_over = False

    def take(self, captions: Sequence[Caption]) -> None:
        """Listen to one frame: what it plays of which sentences."""
        if not captions:
            self._end()
        for caption in captions:
            if caption.begins:
                self._end()
            self._current = caption
            if caption.share >= 1:
                self._end()

    def talk_over(self) -> None:
        """Speak into the current sentence: the rest of it only counts when it is played to its end."""
        self._talked_over = self._current is not None

    def answered(self) -> str:
        """All that was heard since the last call, a sentence that is under way in proportion."""
        text = "".join(self._whole) + self._part()
        self._whole.clear()
        self._from += len(self._part())
        return text

    def __bool__(self) -> bool:
        return bool(self._whole or self._part())

    def _part(self) -> str:
        if self._current is None:
            return ""
        text = self._current.text
        return text[self._from : int(len(text) * self._current.share)]

    def _end(self) -> None:
        cut = self._current is not None and self._current.share < 1
        if (part := self._part()) and not (cut and self._talked_over):
            self._whole.append(part)
        self._current, self._from, self._talked_over = None, 0, False
