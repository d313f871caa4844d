"""The keyless demo: a search that one watches, an answer with citations, and what the widget offers."""

from collections.abc import Callable

import pytest
from chatkit.types import (
    AssistantMessageItem,
    ThreadItemUpdatedEvent,
    URLSource,
    UserMessageItem,
    WidgetItem,
    WidgetRootUpdated,
)

from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.widgets.search import DIG_DEEPER, OPEN, SHOW_MORE, actions_of
from tests.finished_stream import FinishedStream, stored, text_of, told

Connect = Callable[..., ChatKitClient]


def answer_of(made: FinishedStream) -> AssistantMessageItem:
    return next(item for item in made.view.items if isinstance(item, AssistantMessageItem))


def widget_of(made: FinishedStream) -> WidgetItem:
    return next(item for item in made.view.items if isinstance(item, WidgetItem))


async def test_a_question_is_searched_in_sight_and_answered_with_citations(connect: Connect) -> None:
    made = await told(connect().create_thread("How long should green tea steep?"))

    answer = answer_of(made)
    assert "Green tea should steep for two minutes." in text_of(answer)
    assert "【" not in str(made.events)
    sources = [note.source for part in answer.content for note in part.annotations]
    assert all(isinstance(source, URLSource) for source in sources)
    assert "tea.md" in str(sources[0])
    roots = [
        event.update.widget.model_dump_json()
        for event in made.events
        if isinstance(event, ThreadItemUpdatedEvent) and isinstance(event.update, WidgetRootUpdated)
    ]
    assert len(roots) >= 2  # results appear one by one, then the list
    assert "steep for two minutes" in roots[0]


async def test_the_citation_is_at_the_end_of_its_sentence(connect: Connect) -> None:
    made = await told(connect().create_thread("How long should green tea steep?"))
    (part,) = answer_of(made).content
    for note in part.annotations:
        assert note.index is not None
        assert part.text[: note.index].endswith(".")


async def test_the_thread_is_named_by_its_subject_once(connect: Connect) -> None:
    client = connect()
    made = await told(client.create_thread("Can you tell me about green tea?"))
    assert made.view.thread is not None
    assert made.view.thread.title == "Green tea"

    await told(client.add_user_message(made.thread_id, "And what is black tea?"))

    assert (await client.get_thread(made.thread_id)).title == "Green tea"


async def test_a_follow_up_uses_what_was_asked_before(connect: Connect) -> None:
    client = connect()
    made = await told(client.create_thread("How is black tea brewed?"))

    follow_up = await told(client.add_user_message(made.thread_id, "And how long should it steep?"))

    assert "Black tea should steep for four minutes." in follow_up.text


async def test_an_empty_search_is_reported_plainly(connect: Connect) -> None:
    made = await told(connect().create_thread("Zymurgy quokka?"))
    assert "found nothing" in made.text


async def test_dig_deeper_reads_the_page_and_shows_that_it_was_asked(connect: Connect) -> None:
    client = connect()
    made = await told(client.create_thread("How long should green tea steep?"))
    widget = widget_of(made)
    action = next(action for action in actions_of(widget.widget) if action.type == DIG_DEEPER)

    deeper = await told(client.custom_action(made.thread_id, action.type, action.payload, item_id=widget.id))

    assert "Green tea is brewed at eighty degrees." in deeper.text
    (asked,) = [item for item in deeper.view.items if isinstance(item, UserMessageItem)]
    assert text_of(asked).startswith("Dig deeper into")
    assert "Read" in str([event for event in deeper.events if "workflow" in event.model_dump_json()])

    again = await told(client.retry_after_item(made.thread_id, asked.id))
    assert again.text == deeper.text


async def test_an_action_that_the_widget_does_not_offer_is_refused(connect: Connect) -> None:
    client = connect()
    made = await told(client.create_thread("How long should green tea steep?"))
    widget = widget_of(made)
    forged = {"title": "x", "url": "http://169.254.169.254/", "query": "x"}

    tried = await told(client.custom_action(made.thread_id, DIG_DEEPER, forged, item_id=widget.id))
    assert "does not offer that" in str(tried.view.errors[0].message)
    for kind in (SHOW_MORE, OPEN, "nonsense"):
        with pytest.raises(ClientError) as refused:
            await client.sync_custom_action(made.thread_id, kind, forged, item_id=widget.id)
        assert refused.value.status == 422
    assert len(await stored(client, made.thread_id)) == 3


async def test_a_search_result_opens_in_the_browser(connect: Connect) -> None:
    made = await told(connect().create_thread("How long should green tea steep?"))
    opening = next(action for action in actions_of(widget_of(made).widget) if action.type == OPEN)
    assert opening.handler == "client"
    assert opening.payload["url"].endswith("/documents/tea.md#green-tea")


async def test_a_greeting_is_answered_without_a_search(connect: Connect) -> None:
    made = await told(connect().create_thread("Hello!"))
    assert "the offline model" in made.text
    assert [item.type for item in made.view.items] == ["user_message", "assistant_message"]
