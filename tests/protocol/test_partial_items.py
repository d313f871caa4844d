"""What is left of items whose answer has ended before they were done."""

import tracemalloc
from datetime import datetime

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomTask,
    SearchTask,
    ThreadItemUpdate,
    Workflow,
    WorkflowItem,
    WorkflowTaskUpdated,
)

from chatkit_link.protocol.partial_items import PartialItems, settled


def _workflow() -> WorkflowItem:
    tasks = [
        CustomTask(title="Read", content="tea.md", status_indicator="loading"),
        CustomTask(title="Write", status_indicator="loading"),
        CustomTask(title="Look", status_indicator="complete"),
        SearchTask(title="Search", status_indicator="loading"),
    ]
    workflow = Workflow(type="custom", tasks=[*tasks])
    return WorkflowItem(id="wf_1", thread_id="thr_1", created_at=datetime.now(), workflow=workflow)


def test_a_task_that_was_running_says_that_it_was_not_finished() -> None:
    partial = PartialItems()
    partial.add(_workflow())
    (item,) = partial.settle("de-AT")
    assert isinstance(item, WorkflowItem)
    assert [task.status_indicator for task in item.workflow.tasks] == ["none", "none", "complete", "none"]
    assert [task.content for task in item.workflow.tasks if isinstance(task, CustomTask)] == [
        "tea.md\n\nNicht beendet.",
        "Nicht beendet.",
        None,
    ]


def test_in_an_item_that_its_server_calls_done_nothing_is_left_running() -> None:
    item = settled(_workflow())
    assert isinstance(item, WorkflowItem)
    assert {task.status_indicator for task in item.workflow.tasks} == {"complete"}


def _message() -> AssistantMessageItem:
    return AssistantMessageItem(id="msg_1", thread_id="thr_1", created_at=datetime.now(), content=[])


def _word(index: int, text: str) -> AssistantMessageContentPartTextDelta:
    return AssistantMessageContentPartTextDelta(content_index=index, delta=text)


def test_a_long_answer_that_is_broken_off_has_all_its_words_in_their_parts_and_order() -> None:
    # One that its server uses for each answer, and that nobody may write into.
    empty = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    replaced = AssistantMessageContent(text="replaced ")
    partial = PartialItems()
    partial.add(_message())
    updates: list[ThreadItemUpdate] = [empty, *(_word(number % 3 // 2, f"{number} ") for number in range(1000))]
    updates += [AssistantMessageContentPartDone(content_index=1, content=replaced), *[_word(1, "more ")] * 2]
    for update in updates:
        partial.update("msg_1", update)
    (item,) = partial.settle()
    assert isinstance(item, AssistantMessageItem)
    assert [part.text for part in item.content] == [
        "".join(f"{number} " for number in range(1000) if number % 3 != 2),
        "replaced more more ",
    ]
    assert (empty.content.text, replaced.text) == ("", "replaced ")


def test_tasks_that_change_often_stand_as_they_were_last_changed() -> None:
    partial = PartialItems()
    partial.add(_workflow())
    for number in range(1000):
        task = CustomTask(title=f"Step {number}", status_indicator="loading")
        partial.update("wf_1", WorkflowTaskUpdated(task_index=number % 2, task=task))
    (item,) = partial.settle()
    assert isinstance(item, WorkflowItem)
    assert [task.title for task in item.workflow.tasks if isinstance(task, CustomTask)][:2] == ["Step 998", "Step 999"]


def test_what_is_held_of_an_answer_takes_hardly_more_memory_than_its_text() -> None:
    partial = PartialItems()
    partial.add(_message())
    tracemalloc.start()
    try:
        for number in range(20_000):
            partial.update("msg_1", _word(0, f"{number:7} "))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 2 * 8 * 20_000 + 200 * 1000
    (item,) = partial.settle()
    assert isinstance(item, AssistantMessageItem)
    assert len(item.content[0].text) == 8 * 20_000
