"""A store as it should be, in dictionaries: what the machine compares the real one with."""

from dataclasses import dataclass, field

from chatkit.types import Attachment, ThreadItem, ThreadMetadata

from chatkit_link.conformance.pagination_walk import Order


@dataclass
class ModelThread:
    """A thread and its items; an item's place is a number that only grows.

    Whether a rename or a second save of an item counts as activity is the store's to decide, so the time
    of the last activity is known as a span: not before ``active_from``, not after ``active_upto``.
    """

    owner: int
    data: ThreadMetadata
    active_from: int
    active_upto: int
    items: dict[str, ThreadItem] = field(default_factory=dict[str, ThreadItem])
    places: dict[str, int] = field(default_factory=dict[str, int])
    last_place: int = 0

    def put(self, item: ThreadItem) -> None:
        """Add an item at the end, or change it in its place."""
        if item.id not in self.items:
            self.last_place += 1
            self.places[item.id] = self.last_place
        self.items[item.id] = item.model_copy(deep=True)

    def drop(self, item_id: str) -> None:
        self.items.pop(item_id, None)
        self.places.pop(item_id, None)

    def behind(self, mark: int | None, order: Order) -> list[ThreadItem]:
        """Every item behind a place, in order."""
        ids = sorted(self.items, key=lambda item_id: self.places[item_id], reverse=order == "desc")
        if mark is not None:
            ids = [i for i in ids if (self.places[i] > mark if order == "asc" else self.places[i] < mark)]
        return [self.items[item_id] for item_id in ids]


@dataclass
class Model:
    """All users' threads and attachments."""

    now: int = 0
    threads: dict[str, ModelThread] = field(default_factory=dict[str, ModelThread])
    #: Attachment id -> its owner, and itself.
    attachments: dict[str, tuple[int, Attachment]] = field(default_factory=dict[str, tuple[int, Attachment]])

    def create(self, owner: int, data: ThreadMetadata) -> None:
        self.now += 1
        self.threads[data.id] = ModelThread(owner, data.model_copy(deep=True), self.now, self.now)

    def touch(self, thread: ModelThread, *, surely: bool) -> None:
        """Something happened in this thread; ``surely`` if that is activity for every store."""
        self.now += 1
        thread.active_upto = self.now
        if surely:
            thread.active_from = self.now

    def threads_of(self, owner: int) -> list[ModelThread]:
        return [thread for thread in self.threads.values() if thread.owner == owner]

    def delete(self, thread_id: str) -> None:
        """What becomes of attachments is the store's to decide: nothing is expected of them any more."""
        del self.threads[thread_id]
        self.attachments = {
            key: (owner, one) for key, (owner, one) in self.attachments.items() if one.thread_id != thread_id
        }


@dataclass
class ItemWalk:
    """A list of items that is being read, page by page, while others write."""

    owner: int
    thread_id: str
    order: Order
    limit: int
    cursor: str | None = None
    last_id: str | None = None
    mark: int | None = None


@dataclass
class ThreadWalk:
    """The same for a list of threads: those that nothing happens to must be seen exactly once."""

    owner: int
    order: Order
    limit: int
    started: int
    cursor: str | None = None
    last_id: str | None = None
    seen: list[str] = field(default_factory=list[str])
