"""What is left of items whose answer has ended before they were done."""

from datetime import datetime

from chatkit.types import CustomTask, SearchTask, Workflow, WorkflowItem

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
