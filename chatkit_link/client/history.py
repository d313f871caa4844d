"""What a search in a user's own threads finds, as ``GET /chatkit/search`` sends it."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict


class SnippetPart(BaseModel):
    """A piece of the text around what was found. match: whether it is what was searched for."""

    model_config = ConfigDict(frozen=True)

    text: str
    match: bool


class ThreadHit(BaseModel):
    """A thread in which all words stand in the message ``item_id``, or in its title where that is ``None``."""

    model_config = ConfigDict(frozen=True)

    thread_id: str
    title: str | None
    item_id: str | None
    created_at: datetime
    snippet: Sequence[SnippetPart]


class ThreadHits(BaseModel):
    """One hit for each thread. complete: false where the server is still reading: ask again for the rest."""

    model_config = ConfigDict(frozen=True)

    hits: Sequence[ThreadHit]
    complete: bool
