"""What can be wrong with a model's answer although its server sent no error.

``agents/errors/explain.py`` has the messages for users.
"""

from typing import Literal

from agents import Usage

#: length: the limit of output tokens. content_filter: withheld by the server. empty: ended without any output.
#: disconnected: the stream stopped without an end event. failed: the server reports that it failed.
Reason = Literal["length", "content_filter", "empty", "disconnected", "failed"]


#: How a note of ours in an error begins.
_NAMED = "model named by "


def name_source(error: BaseException, place: str) -> None:
    """Note in an error where the name of the model is written: in a setting, or by an agent itself."""
    if not source_of(error):
        error.add_note(f"{_NAMED}{place}")


def source_of(error: BaseException) -> str:
    """What ``name_source`` has noted; empty where nothing is."""
    notes: list[str] = getattr(error, "__notes__", [])
    return next((note.removeprefix(_NAMED) for note in notes if note.startswith(_NAMED)), "")


class IncompleteAnswer(Exception):
    """The stream is over, but the answer is not whole. What has been written so far is stored."""

    def __init__(self, reason: Reason, usage: Usage | None = None, detail: str = "") -> None:
        """usage: what it has used; it was paid for all the same. detail: the server's own value, for the log."""
        super().__init__(f"the answer is not whole: {reason}{f' ({detail})' if detail else ''}")
        self.reason: Reason = reason
        self.usage = usage


class UnreadableAnswer(Exception):
    """What came back is no answer of a model: an HTML page, JSON of another shape, tool calls that are mixed up.

    The message is for the log: it describes what came, without repeating it.
    """


class ContextTooLong(Exception):
    """The conversation does not fit the model, even without its older part."""
