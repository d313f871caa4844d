"""Who answers on the server under test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """Whom to talk to: ``path`` behind the server's address, and what to write to make it act."""

    path: str = ""
    says: str = "Hello"


@dataclass(frozen=True, slots=True)
class Agents:
    """Who on this server can do what; None if nobody can."""

    #: Answers with one message that contains what it was told.
    echo: Agent = Agent()
    #: Calls a client tool; answers its output with a message that contains it.
    client_tool: Agent | None = None
    #: Asks the user one or more questions; answers with a message that contains the first answer.
    structured_input: Agent | None = None
    #: Shows a widget, and exchanges it when any action arrives from it, in a stream or not.
    widget: Agent | None = None
    #: Stores hidden context that contains ``hidden_text`` and says something.
    hidden: Agent | None = None
    #: Takes attachments.
    files: Agent | None = None
    #: Takes dictation.
    dictation: Agent | None = None
    hidden_text: str = "hush-hush"
