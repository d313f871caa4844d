"""Tools that the provider runs and that fail there: their tasks are marked as failed."""

from typing import Any

import pytest
from chatkit.types import WorkflowItem

from chatkit_link.translations import Localized
from tests.agents.test_models import MakeSettings, chat, scripted
from tests.finished_stream import stored, told
from tests.model_server import Raw, Say, output_item

FAILED = str(Localized("task_failed"))


ERROR = {"type": "http_error", "code": 500, "message": "sold out at /srv/internal"}


@pytest.mark.parametrize(
    ("item", "title", "content"),
    [
        ({"type": "mcp_call", "id": "mcp_1", "name": "order_tea", "server_label": "shop", "output": None,
          "arguments": '{"tea": "sencha"}', "error": ERROR},
         "Order tea: failed", f"sencha\n\n{FAILED}"),
        ({"type": "web_search_call", "id": "ws_1", "status": "failed", "action": {"type": "search", "query": "tea"}},
         "Search the web: failed", None),
        ({"type": "file_search_call", "id": "fs_1", "status": "failed", "queries": ["tea"], "results": None},
         "Search in files: failed", f"tea\n\n{FAILED}"),
        ({"type": "code_interpreter_call", "id": "ci_1", "status": "failed", "code": "1/0", "container_id": "c",
          "outputs": None}, "Run code: failed", f"```python\n1/0\n```\n\n{FAILED}"),
    ],
)  # fmt: skip
async def test_a_tool_of_the_providers_that_failed_is_no_complete_task(
    make_settings: MakeSettings, item: dict[str, Any], title: str, content: str | None
) -> None:
    answer = output_item(Say("Sorry."), "m")
    async with (
        scripted(Raw([item, answer]), Say("Gladly.")) as model,
        chat(make_settings, model, "responses") as client,
    ):
        made = await told(client.create_thread("one"))
        again = await told(client.add_user_message(made.thread_id, "two"))
        reloaded = await stored(client, made.thread_id)

    for items in (made.view.items, reloaded):
        (task,) = [task for each in items if isinstance(each, WorkflowItem) for task in each.workflow.tasks]
        assert (task.title, task.status_indicator, getattr(task, "content", None)) == (title, "none", content)
    assert (made.text, again.text) == ("Sorry.", "Gladly.")
    assert "/srv/internal" not in str([event.model_dump_json() for event in made.events])
