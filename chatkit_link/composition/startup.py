"""What a server starts from."""

from collections.abc import Callable
from dataclasses import dataclass

from chatkit_link.agents.catalog import Catalog
from chatkit_link.identity import Hook
from chatkit_link.settings import Settings

#: What takes long at a start, how much of it is done, and of how much, where that is known.
OnProgress = Callable[[str, int, int | None], object]


@dataclass(frozen=True, slots=True)
class Startup:
    """hook: returns the caller of a request; from ``create_app`` or the settings.

    for_author: on a developer's own machine, with the workshop.
    temporary: for one conversation, settling nothing for the other servers of its database.
    joins: one of several processes on one socket, of which another has already done what is to be done once.
    """

    settings: Settings
    catalog: Catalog
    hook: Hook | None
    for_author: bool
    temporary: bool
    joins: bool
    on_progress: OnProgress | None = None
