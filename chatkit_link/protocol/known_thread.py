"""What a page knows of a thread, so that it is sent what a server changed, however the server stored it."""

from copy import deepcopy
from typing import Any

from chatkit.types import ThreadMetadata


class KnownThread:
    """A thread's title, status, image domains and metadata at one moment."""

    def __init__(self, thread: ThreadMetadata) -> None:
        self._title = thread.title
        self._status = deepcopy(_fields(thread.status))
        self._domains = deepcopy(thread.allowed_image_domains)
        self._metadata = deepcopy(thread.metadata)

    def allows_other_images(self, thread: ThreadMetadata) -> bool:
        return thread.allowed_image_domains != self._domains

    def differs_from(self, thread: ThreadMetadata) -> bool:
        """Asked at each event of an answer: nothing is copied for it."""
        return (
            thread.title != self._title
            or thread.allowed_image_domains != self._domains
            or thread.metadata != self._metadata
            or _fields(thread.status) != self._status
        )


def _fields(status: Any) -> Any:
    """What is compared of a status: as models, two of them take pydantic a microsecond."""
    return getattr(status, "__dict__", status)
