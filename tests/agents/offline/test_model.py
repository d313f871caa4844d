"""The keyless demo: a search that one watches, and an answer with citations."""

from collections.abc import Callable

from chatkit.types import (
    AssistantMessageItem,
    CustomSummary,
    SearchTask,
    ThreadItemUpdatedEvent,
    URLSource,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from chatkit_link.client import ChatKitClient
from tests.finished_stream import FinishedStream, stored, text_of, told

Connect = Callable[..., ChatKitClient]


def answer_of(made: FinishedStream) -> AssistantMessageItem:
    return next(item for item in made.view.items if isinstance(item, AssistantMessageItem))


def search_of(made: FinishedStream) -> WorkflowItem:
    return next(item for item in made.view.items if isinstance(item, WorkflowItem))


async def test_a_question_is_searched_in_sight_and_answered_with_citations(connect: Connect) -> None:
    made = await told(connect().create_thread("How long should green tea steep?"))

    answer = answer_of(made)
    assert "Green tea should steep for two minutes." in text_of(answer)
    assert "【" not in str(made.events)
    sources = [note.source for part in answer.content for note in part.annotations]
    assert all(isinstance(source, URLSource) for source in sources)
    assert "tea.md" in str(sources[0])


async def test_a_search_shows_what_it_finds_and_is_one_line_when_it_is_over(connect: Connect) -> None:
    client = connect()
    made = await told(client.create_thread("How long should green tea steep?"))
    tasks = [
        event.update.task
        for event in made.events
        if isinstance(event, ThreadItemUpdatedEvent)
        and isinstance(event.update, WorkflowTaskAdded | WorkflowTaskUpdated)
    ]
    searches = [task for task in tasks if isinstance(task, SearchTask)]
    assert searches[0].status_indicator == "loading" and searches[0].sources == []
    assert len(searches[1].sources) == 1, "each result appears as it is found"

    _, search, _ = await stored(client, made.thread_id)
    assert isinstance(search, WorkflowItem)
    (task,) = search.workflow.tasks
    assert isinstance(task, SearchTask)
    assert task.status_indicator == "complete" and task.queries == ["How long should green tea steep?"]
    assert isinstance(search.workflow.summary, CustomSummary)
    assert search.workflow.summary.title == task.title == f"Searched {len(task.sources)} documents"
    assert search.workflow.expanded is False


async def test_the_line_of_a_search_is_in_the_language_of_the_chat(connect: Connect) -> None:
    made = await told(connect(headers={"Accept-Language": "de"}).create_thread("How long should green tea steep?"))
    assert "Dokumente durchsucht" in search_of(made).model_dump_json()


async def test_the_citation_is_behind_the_title_of_the_passage(connect: Connect) -> None:
    made = await told(connect().create_thread("How long should green tea steep?"))
    (part,) = answer_of(made).content
    (note,) = part.annotations
    assert note.index is not None
    assert part.text[: note.index] == "### Tea › Green tea"


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


async def test_a_greeting_is_answered_without_a_search(connect: Connect) -> None:
    made = await told(connect().create_thread("Hello!"))
    assert "the offline model" in made.text
    assert [item.type for item in made.view.items] == ["user_message", "assistant_message"]
