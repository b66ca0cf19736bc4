"""From the messages of a stream to what a call receives: frames of sound, digits, marks that were reached."""

from __future__ import annotations

from collections.abc import Callable

from telephony.line import Dtmf, Played, Sound
from telephony.twilio.mending import Mending
from telephony.twilio.messages import Digit, Mark, Media, Message, Start, Stop, read
from telephony.twilio.ordering import Ordering

Received = Sound | Dtmf | Played


class Inbound:
    """One stream, from its start on. ``reached`` tells which mark an echo stands for, if any."""

    def __init__(self, start: Start, reached: Callable[[str], str | None]) -> None:
        self._stream_sid = start.stream_sid
        self._reached = reached
        self._ordering: Ordering[Message] = Ordering(start.sequence + 1)
        self._mending = Mending()
        self.stopped = False

    @property
    def mended(self) -> int:
        """Frames that were lost and filled."""
        return self._mending.mended

    @property
    def dropped(self) -> int:
        """Messages that came twice, too late or with a number out of all order."""
        return self._ordering.dropped

    def take(self, text: str | bytes) -> list[Received]:
        """What this message makes due. Raises ProtocolFault, after which the next may be taken."""
        message = read(text, self._stream_sid)
        due = self._ordering.take(message.sequence, message)
        if isinstance(message, Stop):
            self.stopped = True
            due += self._ordering.finish()
        return self._received(due)

    def finish(self) -> list[Received]:
        """What was still waiting when the stream ended."""
        return self._received(self._ordering.finish())

    def _received(self, messages: list[Message]) -> list[Received]:
        received: list[Received] = []
        for message in messages:
            match message:
                case Media(_, at_ms, ulaw):
                    received += map(Sound, self._mending.take(at_ms, ulaw))
                case Digit(_, digit):
                    received.append(Dtmf(digit))
                case Mark(_, wire):
                    name = self._reached(wire)
                    if name is not None:
                        received.append(Played(name))
        return received
