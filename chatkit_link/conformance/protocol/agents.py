"""The agents of the server under test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """``path``: behind the server's address. ``says``: the message that makes it act."""

    path: str = ""
    says: str = "Hello"


@dataclass(frozen=True, slots=True)
class Agents:
    """The agent of this server for each ability; None if there is none."""

    #: Answers with one message that contains the text of the user's.
    echo: Agent = Agent()
    #: Calls a client tool; answers its output with a message that contains it.
    client_tool: Agent | None = None
    #: Asks the user one or more questions; answers with a message that contains the first answer.
    structured_input: Agent | None = None
    #: Shows a widget, and exchanges it when any action arrives from it, in a stream or not.
    widget: Agent | None = None
    #: Stores hidden context that contains ``hidden_text``, and answers.
    hidden: Agent | None = None
    #: Takes attachments.
    files: Agent | None = None
    #: Takes dictation.
    dictation: Agent | None = None
    hidden_text: str = "hush-hush"
