"""Notes for a model stand in a user's place, and none of them is taken for a user's words."""

from collections.abc import Callable
from datetime import datetime

import pytest
from chatkit import types as wire
from chatkit.types import (
    CustomTask,
    FileAttachment,
    GeneratedImage,
    GeneratedImageItem,
    HiddenContextItem,
    ImageAttachment,
    InferenceOptions,
    SDKHiddenContextItem,
    StructuredInputFreeform,
    StructuredInputItem,
    TaskItem,
    ThreadItem,
    UserMessageItem,
    UserMessageTagContent,
    UserMessageTextContent,
    WidgetItem,
    Workflow,
    WorkflowItem,
)
from chatkit.widgets import Card, Text
from pydantic import AnyUrl

from chatkit_link.agents.attachment_input import without_pictures
from chatkit_link.agents.converter import LinkConverter
from chatkit_link.agents.model_notes import NOTE, user_words
from chatkit_link.agents.offline.extract import Transcript
from chatkit_link.client import ChatKitClient
from tests.finished_stream import told

_BASE = {"id": "item", "thread_id": "thread", "created_at": datetime.now()}


def _message(*parts: str | UserMessageTagContent, **more: object) -> UserMessageItem:
    content = [UserMessageTextContent(text=part) if isinstance(part, str) else part for part in parts]
    return UserMessageItem.model_validate(
        {**_BASE, "content": content, "inference_options": InferenceOptions(), **more}
    )


_TAG = UserMessageTagContent(id="o7", text="Order 7", data={"state": "sent"})
_FILE = FileAttachment(id="f", name="terms.docx", mime_type="application/msword")
_PHOTO = ImageAttachment(id="p", name="photo.heic", mime_type="image/heic", preview_url=AnyUrl("https://a.example/p"))
_TASK = CustomTask(title="Looked it up", content="It was there.")

MESSAGES = {
    "a file": _message("How long?", attachments=[_FILE]),
    "a picture": _message("How long?", attachments=[_PHOTO, _FILE]),
    "a quote": _message("How long?", quoted_text="It steeps."),
    "a mention": _message("How long?", _TAG),
    "all of it": _message("How long?", _TAG, attachments=[_FILE], quoted_text="It steeps."),
}
BEHIND = {
    "a widget": WidgetItem(**_BASE, widget=Card(children=[Text(value="Row locks")])),
    "a task": TaskItem(**_BASE, task=_TASK),
    "a workflow": WorkflowItem(**_BASE, workflow=Workflow(type="custom", tasks=[_TASK])),
    "hidden context": HiddenContextItem(**_BASE, content="The user is on the checkout page."),
    "the SDK's own": SDKHiddenContextItem(**_BASE, content="The user cancelled the stream."),
    "questions": StructuredInputItem(**_BASE, inputs=[StructuredInputFreeform(id="why", question="Why?")]),
    "an image": GeneratedImageItem(**_BASE, image=GeneratedImage(id="i", url="https://a.example/i.png")),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_what_comes_with_a_message_is_not_the_question(message: UserMessageItem) -> None:
    given = await LinkConverter().to_agent_input(message)
    asked = Transcript.read(given)
    assert asked.question.startswith("How long?")
    assert asked.query.removesuffix("@Order 7") == "How long?"
    assert str(given).count(NOTE) >= 1
    assert asked.before == []


async def test_a_message_that_is_only_a_file_asks_nothing() -> None:
    asked = Transcript.read(await LinkConverter().to_agent_input(_message(attachments=[_FILE])))
    assert not asked.needs_search


@pytest.mark.parametrize("item", BEHIND.values(), ids=BEHIND)
async def test_what_was_displayed_since_is_not_the_question(item: ThreadItem) -> None:
    given = await LinkConverter().to_agent_input([_message("How long?"), item])
    asked = Transcript.read(given)
    assert (asked.question, asked.before) == ("How long?", [])
    assert all(user_words(each.get("content")) is None for each in given[1:] if each.get("role") == "user")


def test_the_note_in_place_of_a_refused_picture_is_marked() -> None:
    picture = {"type": "input_image", "detail": "auto", "image_url": "data:image/jpeg;base64,AA"}
    content = [{"type": "input_text", "text": "What is this?"}, picture]
    [item] = without_pictures([{"role": "user", "content": content}])
    assert "takes no images" in str(item)
    assert Transcript.read([item]).question == "What is this?"


async def test_no_note_is_among_the_events_of_an_answer(connect: Callable[..., ChatKitClient]) -> None:
    message = wire.UserMessageInput(
        content=[wire.UserMessageTextContent(text="How long should green tea steep?")],
        attachments=[],
        quoted_text="for two minutes",
        inference_options=wire.InferenceOptions(),
    )
    made = await told(connect().create_thread(message))
    assert "Green tea should steep" in str(made.events)
    for words in (NOTE, "The user is referring", "User-provided"):
        assert words not in str(made.events)
