"""Stands in for the Python client of Speech Dispatcher, which Orca imports: keeps what is said instead of saying it.

It has the names that Orca uses; what they mean is in speechd/client.py of Speech Dispatcher. Everything else that a
client can be asked for (voices, rates, punctuation) is taken and ignored, as no voice speaks.
"""

import html
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_MARKUP = re.compile(r"<[^>]*>")


class CallbackType:
    INDEX_MARK = "index_marks"
    BEGIN = "begin"
    END = "end"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"


class Priority:
    IMPORTANT = "important"
    TEXT = "text"
    MESSAGE = "message"
    NOTIFICATION = "notification"
    PROGRESS = "progress"


class PunctuationMode:
    NONE = "none"
    SOME = "some"
    MOST = "most"
    ALL = "all"


class DataMode:
    TEXT = "text"
    SSML = "ssml"


class Scope:
    SELF = "self"
    ALL = "all"


class SSIPError(Exception):
    """Not raised here; Orca catches it."""


class SSIPCommunicationError(SSIPError):
    """Not raised here; Orca catches it."""


class SSIPCommandError(SSIPError):
    """Not raised here; Orca catches it."""


class SSIPClient:
    """Adds a line of JSON, ``{"at": seconds, "text": words}``, to ``~/spoken`` for each utterance."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._file = Path.home() / "spoken"

    def speak(self, text: str, *_: Any, **__: Any) -> None:
        line = json.dumps({"at": time.time(), "text": html.unescape(_MARKUP.sub("", text))})
        with self._file.open("a", encoding="utf-8") as spoken:
            spoken.write(f"{line}\n")

    char = key = speak

    def list_synthesis_voices(self) -> tuple[()]:
        return ()

    def list_output_modules(self) -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_, **__: None
