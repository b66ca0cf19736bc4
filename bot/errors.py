"""Errors of the conversation.

::

    BotError
    ├── DataFileError        a YAML file is wrong: names file, line and key
    ├── DamagedFileError     a cached file does not hold what was written to it, and is made again
    ├── FlowError            the flow asked for something that must not happen, such as an unsound promise
    ├── IdentityGateError    a prompt would reveal the debt before the right party is confirmed
    ├── InterpreterError     what understands cannot be had: its server, its environment or its training
    ├── PromptError          a prompt cannot be rendered from the facts of this call
    ├── RecordingError       a recording cannot be kept or found
    │   ├── RecordingKeyError      the key for it is not at hand, or is no key
    │   └── RecordingDamagedError  it is not, or no longer, what was recorded
    └── VoiceError           a part of the voice is missing or failed
        ├── ModelError       a model or engine is missing, damaged or of the wrong kind: says how to get it
        ├── RecognizerError  the recogniser failed or stalled in mid-call
        └── SynthesisError   a sentence could not be spoken
"""


class BotError(Exception):
    """Base of every error that the conversation raises on purpose."""


class DataFileError(BotError):
    """A data file (dialogue, rules, policy) is wrong: says where and what."""

    def __init__(self, file: str, message: str, *, line: int | None = None, key: str | None = None) -> None:
        self.file, self.line, self.key = file, line, key
        place = file if line is None else f"{file}:{line}"
        self.where = f"{place}: {key}" if key else place
        self.message = message
        super().__init__(f"{self.where}: {message}")


class DamagedFileError(BotError):
    """A cached file does not hold what was written to it."""


class FlowError(BotError):
    """The flow asked for something that the engine never does, or went round without end."""


class IdentityGateError(BotError):
    """The engine refused to say something about the debt before the right party was confirmed."""


class InterpreterError(BotError):
    """What understands cannot be had: the message says how to get it."""


class PromptError(BotError):
    """A prompt needs a fact or slot that this call does not have."""


class RecordingError(BotError):
    """A recording cannot be kept or found."""


class RecordingKeyError(RecordingError):
    """The key of a recording is not at hand, or what is given for a key is none."""


class RecordingDamagedError(RecordingError):
    """A recording is not, or no longer, what was recorded. The message says from where on."""


class VoiceError(BotError):
    """A part of the voice is missing or failed."""


class ModelError(VoiceError):
    """A model or engine is missing, damaged or of the wrong kind: the message says how to get it."""


class RecognizerError(VoiceError):
    """The recogniser failed or stalled. The call goes on without it, or with another."""


class SynthesisError(VoiceError):
    """A sentence could not be spoken."""
