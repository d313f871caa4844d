"""What can be wrong with a model's answer although its server sent no error.

``agents/errors/explain.py`` has the sentences that a user reads.
"""

from typing import Literal

from agents import Usage

#: length: the limit of output tokens. content_filter: withheld by the server. empty: ended without any output.
#: disconnected: the stream stopped without saying that the answer is over. failed: the server says that it failed.
Reason = Literal["length", "content_filter", "empty", "disconnected", "failed"]


class IncompleteAnswer(Exception):
    """The stream is over, but the answer is not whole. What has been written so far is kept."""

    def __init__(self, reason: Reason, usage: Usage | None = None, said: str = "") -> None:
        """usage: what it has used; it was paid for all the same. said: the server's own word, for the log."""
        super().__init__(f"the answer is not whole: {reason}{f' ({said})' if said else ''}")
        self.reason: Reason = reason
        self.usage = usage


class UnreadableAnswer(Exception):
    """What came back is no answer of a model: an HTML page, JSON of another shape, tool calls that are mixed up.

    The message is for the log: it describes what came, without repeating it.
    """


class ContextTooLong(Exception):
    """The conversation does not fit the model, even without its older part."""
