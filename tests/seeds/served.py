"""The server of the browser tests of the documents: the widgets and the handler of "Actions in ChatKit", as printed.

The message chooses what is displayed: "button", "form", "loading", "nodes", "tool"; anything else is reported.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from chatkit.actions import Action, ActionConfig
from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    ClientToolCallItem,
    ThreadItemDoneEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    WidgetItem,
)
from chatkit.widgets import Button, Card, DynamicWidgetRoot, EditableProps, Form, Text, Title

from chatkit_link.caller import Caller
from tests.seeds.nodes import documented, with_every_prop
from tests.seeds.printed import printed

_NAMES: Final[dict[str, Any]] = {
    "Action": Action,
    "ActionConfig": ActionConfig,
    "Any": Any,
    "AsyncIterator": AsyncIterator,
    "Button": Button,
    "ChatKitServer": ChatKitServer,
    "EditableProps": EditableProps,
    "Event": ThreadStreamEvent,
    "Form": Form,
    "RequestContext": Caller,
    "Text": Text,
    "ThreadMetadata": ThreadMetadata,
    "Title": Title,
    "WidgetItem": WidgetItem,
    "todo": SimpleNamespace(id=7, title="Water the beans", description="Twice"),
}
#: By user: whether the action that takes a while may end.
_may_end: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


def _widget(name: str, replaced: dict[str, str] | None = None) -> Any:
    return eval(printed(name, replaced), dict(_NAMES))


def _handler() -> type[ChatKitServer[Caller]]:
    """The printed class, with its colon, and with what it leaves out of its end."""
    says = "yield say(f'Todo {id}: {title} / {description}', thread, self, context)"
    source = printed(
        "todo_handler.py.txt",
        {"[RequestContext])\n": "[RequestContext]):\n", "                # ...": f"          {says}"},
    )
    made: dict[str, Any] = {**_NAMES, "say": say}
    exec(compile(source, "todo_handler.py", "exec"), made)
    return made["MyChatKitServer"]


def say(text: str, thread: ThreadMetadata, server: ChatKitServer[Caller], context: Caller) -> ThreadItemDoneEvent:
    message = AssistantMessageItem(
        id=server.store.generate_item_id("message", thread, context),
        thread_id=thread.id,
        created_at=datetime.now(),
        content=[AssistantMessageContent(text=text)],
    )
    return ThreadItemDoneEvent(item=message)


BUTTON: Final = _widget("button.py.txt")
CLIENT_BUTTON: Final = _widget("client_button.py.txt")
LOADING_BUTTON: Final = _widget("loading_button.py.txt")
#: Two commas are lost in print, and a button that sends a form is one with ``submit`` by now.
FORM: Final = _widget(
    "todo_form.py.txt",
    {
        'validation="native"\n': 'validation="native",\n',
        '    )\n\n\n    Text(value="Description"': '    ),\n\n\n    Text(value="Description"',
        'type="submit"': "submit=True",
    },
)


class MyChatKitServer(_handler()):
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        if input_user_message is None:
            page = await self.store.load_thread_items(thread.id, None, 1, "desc", context)
            yield say(f"output: {page.data[0].model_dump().get('output')}", thread, self, context)
            return
        text = "".join(part.text for part in input_user_message.content)
        match text:
            case "button":
                widgets: list[Any] = [
                    Card(children=[BUTTON, CLIENT_BUTTON.model_copy(update={"label": "On the page"})])
                ]
            case "form":
                widgets = [Card(children=[FORM])]
            case "loading":
                widgets = [Card(children=[LOADING_BUTTON, BUTTON])]
            case "nodes":
                widgets = [DynamicWidgetRoot.model_validate(with_every_prop(node)) for node in documented()]
            case "tool":
                call = ClientToolCallItem(
                    id=self.store.generate_item_id("tool_call", thread, context),
                    thread_id=thread.id,
                    created_at=datetime.now(),
                    call_id="call_1",
                    name="add_to_todo_list",
                    arguments={"item": "Buy milk"},
                )
                yield ThreadItemDoneEvent(item=call)
                return
            case "Go on":
                _may_end[context.user].set()
                widgets = []
            case _:
                chosen = input_user_message.inference_options.tool_choice
                tool = chosen.id if chosen else "none"
                files = ", ".join(file.name for file in input_user_message.attachments) or "none"
                yield say(f"text: {text}\n\ntool: {tool}\n\nfiles: {files}", thread, self, context)
                return
        for widget in widgets:
            item = WidgetItem(
                id=self.store.generate_item_id("message", thread, context),
                thread_id=thread.id,
                created_at=datetime.now(),
                widget=widget,
            )
            yield ThreadItemDoneEvent(item=item)

    async def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        if action.type == "update_todo":
            async for event in super().action(thread, action, sender, context):
                yield event
            return
        if action.type == "long_running_action_that_should_block_other_ui_interactions":
            await _may_end[context.user].wait()
            del _may_end[context.user]
        yield say(f"{action.type} {action.payload}", thread, self, context)
