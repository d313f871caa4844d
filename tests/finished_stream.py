"""What a stream told: its events, their types, and what a person sees after them."""

from chatkit.types import AssistantMessageItem, ThreadItem, ThreadStreamEvent, UserMessageItem, WidgetItem

from chatkit_link.client import ChatKitClient, EventStream, ThreadView


class FinishedStream:
    """A finished stream."""

    def __init__(self, events: list[ThreadStreamEvent], ids: list[int | None], run_id: str | None) -> None:
        self.events = events
        self.ids = ids
        self.run_id = run_id
        self.view = ThreadView()
        for event in events:
            self.view.apply(event)

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    @property
    def thread_id(self) -> str:
        assert self.view.thread is not None
        return self.view.thread.id

    @property
    def text(self) -> str:
        return self.view.text


async def told(stream: EventStream) -> FinishedStream:
    """Read a stream to its end."""
    events: list[ThreadStreamEvent] = []
    ids: list[int | None] = []
    async with stream:
        async for received in stream:
            events.append(received.event)
            ids.append(received.id)
    return FinishedStream(events, ids, stream.run_id)


async def stored(client: ChatKitClient, thread_id: str) -> list[ThreadItem]:
    """What a reload shows."""
    return (await client.get_thread(thread_id)).items.data


def text_of(item: ThreadItem) -> str:
    assert isinstance(item, AssistantMessageItem | UserMessageItem)
    return "".join(part.text for part in item.content)


def widget_text(item: ThreadItem) -> str:
    """The value of a card's first text."""
    assert isinstance(item, WidgetItem)
    return item.widget.model_dump()["children"][0]["value"]
