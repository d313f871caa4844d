"""What users can mention with @: found, previewed, and looked up again for the model."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from chatkit.types import UserMessageTagContent
from chatkit.widgets import WidgetRoot
from pydantic import BaseModel, Field

from chatkit_link.caller import Caller


class Entity(BaseModel):
    """Something that a user can mention with @; the shape is that of ChatKit's ``Entity``.

    data: small values that travel with the mention through the browser; they are untrusted when they come back.
    """

    id: str
    title: str
    group: str | None = None
    icon: str | None = None
    interactive: bool = True
    data: dict[str, str] = Field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Mentions:
    """What users can mention.

    search: entities for what was typed behind the @, the best first.
    preview: the card that is displayed over one; None for nothing.
    resolve: the text about a mention for the model, looked up here and not taken from the browser; None if unknown.
    """

    search: Callable[[Caller, str], Awaitable[Sequence[Entity]]]
    preview: Callable[[Caller, str], Awaitable[WidgetRoot | None]] | None = None
    resolve: Callable[[Caller, UserMessageTagContent], Awaitable[str | None]] | None = None
