"""A thread as a user sees it: the events of a ChatKit stream, applied one after the other.

An item enters with ``added`` or ``done``, changes in place with ``updated``, is exchanged whole by
``done`` and ``replaced``, and leaves with ``removed``. Items stay where they first appeared.
A client that joins late must not fall over what it missed: an update of an unknown item changes nothing.
The events themselves are never changed.
"""

from collections.abc import AsyncIterable, Iterable

from chatkit import types as wire

from chatkit_link.wire.reducer import apply_update

HIDDEN = (wire.HiddenContextItem, wire.SDKHiddenContextItem, wire.EndOfTurnItem)


class ThreadView:
    """A thread as its reader has it in front of them after the events applied so far.

    thread: the newest metadata, ``None`` before any came. items: every item in order. progress: the
    passing line ("Searching ...") until the next item replaces it. notices, errors, effects: in order
    of arrival. can_cancel: whether the server offers to stop.
    """

    def __init__(self, items: Iterable[wire.ThreadItem] = ()) -> None:
        self.thread: wire.ThreadMetadata | None = None
        self.progress: wire.ProgressUpdateEvent | None = None
        self.notices: list[wire.NoticeEvent] = []
        self.errors: list[wire.ErrorEvent] = []
        self.effects: list[wire.ClientEffectEvent] = []
        self.can_cancel = False
        self._items: dict[str, wire.ThreadItem] = {item.id: item.model_copy(deep=True) for item in items}

    @property
    def items(self) -> list[wire.ThreadItem]:
        return list(self._items.values())

    @property
    def visible(self) -> list[wire.ThreadItem]:
        """The items a user sees, without hidden context and end-of-turn marks."""
        return [item for item in self._items.values() if not isinstance(item, HIDDEN)]

    @property
    def text(self) -> str:
        """The assistant's text, messages and their parts joined by blank lines."""
        messages = [item for item in self._items.values() if isinstance(item, wire.AssistantMessageItem)]
        return "\n\n".join(part.text for message in messages for part in message.content)

    def item(self, item_id: str) -> wire.ThreadItem | None:
        return self._items.get(item_id)

    def apply(self, event: wire.ThreadStreamEvent) -> None:
        """Takes one event into account."""
        match event:
            case wire.ThreadCreatedEvent() | wire.ThreadUpdatedEvent():
                self.thread = event.thread
            case wire.ThreadItemAddedEvent() | wire.ThreadItemDoneEvent() | wire.ThreadItemReplacedEvent():
                self._items[event.item.id] = event.item.model_copy(deep=True)
                self.progress = None
            case wire.ThreadItemUpdatedEvent():
                if item := self._items.get(event.item_id):
                    apply_update(item, event.update.model_copy(deep=True))
            case wire.ThreadItemRemovedEvent():
                self._items.pop(event.item_id, None)
            case _:
                self._note(event)

    def _note(self, event: wire.ThreadStreamEvent) -> None:
        """Events that stand beside the thread."""
        match event:
            case wire.ProgressUpdateEvent():
                self.progress = event
            case wire.NoticeEvent():
                self.notices.append(event)
            case wire.ErrorEvent():
                self.errors.append(event)
            case wire.ClientEffectEvent():
                self.effects.append(event)
            case wire.StreamOptionsEvent():
                self.can_cancel = event.stream_options.allow_cancel
            case _:
                pass


async def fold(events: AsyncIterable[wire.ThreadStreamEvent]) -> ThreadView:
    """The view after all ``events``."""
    view = ThreadView()
    async for event in events:
        view.apply(event)
    return view
