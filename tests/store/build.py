"""Threads, messages and attachments for the store's tests."""

from datetime import datetime

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    FileAttachment,
    InferenceOptions,
    ThreadMetadata,
    UserMessageItem,
    UserMessageTextContent,
)

from chatkit_link.caller import Caller
from chatkit_link.store.postgres import PostgresStore, new_id


async def thread(store: PostgresStore, caller: Caller, *, title: str | None = None) -> ThreadMetadata:
    made = ThreadMetadata(id=new_id("thread"), created_at=datetime.now(), title=title)
    await store.save_thread(made, caller)
    return made


def user(thread_id: str, text: str, *, item_id: str | None = None) -> UserMessageItem:
    return UserMessageItem(
        id=item_id or new_id("message"),
        thread_id=thread_id,
        created_at=datetime.now(),
        content=[UserMessageTextContent(text=text)],
        inference_options=InferenceOptions(),
    )


def assistant(thread_id: str, text: str, *, item_id: str | None = None) -> AssistantMessageItem:
    return AssistantMessageItem(
        id=item_id or new_id("message"),
        thread_id=thread_id,
        created_at=datetime.now(),
        content=[AssistantMessageContent(text=text)],
    )


def attachment(*, thread_id: str | None = None) -> FileAttachment:
    return FileAttachment(id=new_id("attachment"), name="tea.pdf", mime_type="application/pdf", thread_id=thread_id)


def text_of(item: object) -> str:
    """The text of a user or assistant message."""
    return "".join(part.text for part in item.content)  # type: ignore[attr-defined]
