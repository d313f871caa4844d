"""What is left in a thread of an answer whose server died, by what its log and the store say of it."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomTask,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
)

from chatkit_link.caller import Caller
from chatkit_link.protocol.beginning import Known
from chatkit_link.protocol.crash_recovery import CrashRecovery
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.runs import RunRow
from chatkit_link.wire.encoding import encode
from tests.agents.taken_over import Log, lab, shop
from tests.model_server import Call, Say
from tests.store.build import assistant, text_of, thread, user


class Crashed:
    """A thread with a question in it, whose answer is being written when the server dies."""

    def __init__(self, store: PostgresStore, caller: Caller, thread_id: str, question_id: str) -> None:
        self.store = store
        self.caller = caller
        self.thread_id = thread_id
        self.question_id = question_id
        self.logged: list[bytes] = []
        self.steps: dict[str, Any] = {}
        self.claim: bytes | None = None

    def log(self, event: ThreadStreamEvent) -> None:
        self.logged.append(encode(event))

    def begin(self, text: str) -> AssistantMessageItem:
        """The beginning of an answer is in the log."""
        item = assistant(self.thread_id, "")
        self.log(ThreadItemAddedEvent(item=item))
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=text)
        self.log(ThreadItemUpdatedEvent(item_id=item.id, update=delta))
        return item

    def call(self, *titles: str) -> WorkflowItem:
        """Tools run, and their lines are displayed."""
        item = WorkflowItem(
            id=f"wf_{uuid.uuid4().hex}",
            thread_id=self.thread_id,
            created_at=datetime.now(UTC),
            workflow=Workflow(type="custom", tasks=[]),
        )
        self.log(ThreadItemAddedEvent(item=item))
        for index, title in enumerate(titles):
            task = CustomTask(title=title, status_indicator="loading")
            self.log(ThreadItemUpdatedEvent(item_id=item.id, update=WorkflowTaskAdded(task_index=index, task=task)))
        return item

    def record(self, call_id: str, name: str, *, once: bool, at: tuple[WorkflowItem, int] | None = None) -> None:
        """The start of a call is in the journal, with the place of its line."""
        display: dict[str, Any] = {"number": len(self.steps), "workflow": None, "lines": {}}
        if at is not None:
            item, index = at
            display["workflow"] = {"id": item.id}
            display["lines"] = {call_id: {"task": {"title": name}, "place": index}}
        self.steps[f"tool:{call_id}"] = {"name": name, "once": once, "display": display}

    async def lines(self) -> list[tuple[str | None, str | None]]:
        """What a reload shows of the calls."""
        page = await self.store.load_thread_items(self.thread_id, None, 20, "asc", self.caller)
        tasks = [task for item in page.data if isinstance(item, WorkflowItem) for task in item.workflow.tasks]
        return [(task.title, task.content) for task in tasks if isinstance(task, CustomTask)]

    async def keep(self, text: str, *, item_id: str | None = None) -> AssistantMessageItem:
        item = assistant(self.thread_id, text, item_id=item_id)
        await self.store.add_thread_item(self.thread_id, item, self.caller)
        return item

    async def recover(self, *, retried: str | None = None) -> list[str]:
        """Settle the run; the texts that a reload shows."""
        ending = await self.settle(retried=retried)
        assert b'"allow_retry":true' in ending[-1]
        [(message, kept)] = (await self.store.load_endings(self.thread_id, self.caller)).items()
        assert message == self.question_id
        assert (kept["status"], kept.get("error")) == ("interrupted", json.loads(ending[-1]))
        return await self.texts()

    async def settle(self, *, retried: str | None = None, cancelled: bool = False) -> list[bytes]:
        run = RunRow(
            id=f"run_{uuid.uuid4().hex}",
            tenant=self.caller.tenant,
            user_id=self.caller.user,
            thread_id=self.thread_id,
            agent="agent",
            status="running",
            last_id=0,
            cancel_requested=cancelled,
            ended_for=None,
            retried=retried,
            claim=self.claim,
        )
        ending = await CrashRecovery(self.store).settle(self.caller, run, self.logged, self.steps)
        self.logged += ending
        return ending

    async def texts(self) -> list[str]:
        page = await self.store.load_thread_items(self.thread_id, None, 20, "asc", self.caller)
        return [text_of(item) for item in page.data]


@pytest.fixture
async def crashed(store: PostgresStore, ada: Caller) -> Crashed:
    made = await thread(store, ada)
    question = user(made.id, "question")
    await store.add_thread_item(made.id, question, ada)
    return Crashed(store, ada, made.id, question.id)


async def test_an_answer_that_was_stored_whole_is_not_cut_to_what_its_log_had(crashed: Crashed) -> None:
    item = crashed.begin("The whole")
    await crashed.keep("The whole answer.", item_id=item.id)

    assert await crashed.recover() == ["question", "The whole answer."]
    assert b"The whole answer." in crashed.logged[-2]


async def test_the_beginning_of_a_retry_takes_the_place_of_the_old_answer(crashed: Crashed) -> None:
    """As it does where a retry is stopped or fails."""
    await crashed.keep("old answer")
    crashed.begin("new")

    assert await crashed.recover(retried=crashed.question_id) == ["question", "new"]


async def test_a_retry_that_had_said_nothing_leaves_the_old_answer(crashed: Crashed) -> None:
    await crashed.keep("old answer")
    crashed.begin("")

    assert await crashed.recover(retried=crashed.question_id) == ["question", "old answer"]


async def test_an_answer_that_was_stopped_before_its_server_died_ends_as_stopped(crashed: Crashed) -> None:
    crashed.begin("The beginning")
    ending = await crashed.settle(cancelled=True)
    assert await crashed.texts() == ["question", "The beginning"]
    assert [json.loads(event)["type"] for event in ending] == ["thread.item.done"]
    kept = await crashed.store.load_endings(crashed.thread_id, crashed.caller)
    assert [(message, one["status"]) for message, one in kept.items()] == [(crashed.question_id, "cancelled")]


async def test_a_retry_that_was_stopped_before_it_wrote_anything_leaves_the_old_answer(crashed: Crashed) -> None:
    await crashed.keep("old answer")
    crashed.begin("")
    assert await crashed.settle(retried=crashed.question_id, cancelled=True) == []
    assert await crashed.texts() == ["question", "old answer"]
    assert await crashed.store.load_endings(crashed.thread_id, crashed.caller) == {}


@pytest.mark.parametrize("emitted", [True, False])
async def test_what_a_retry_has_stored_already_stays(crashed: Crashed, emitted: bool) -> None:
    """emitted: whether its end had reached the log, too."""
    first = crashed.begin("first par")
    await crashed.keep("first part", item_id=first.id)
    if emitted:
        crashed.log(ThreadItemDoneEvent(item=assistant(crashed.thread_id, "first part", item_id=first.id)))
    crashed.begin("second")

    assert await crashed.recover(retried=crashed.question_id) == ["question", "first part", "second"]


async def test_it_can_be_settled_again_when_the_first_attempt_broke_off(crashed: Crashed) -> None:
    await crashed.keep("old answer")
    crashed.begin("new")
    logged = list(crashed.logged)
    await crashed.recover(retried=crashed.question_id)
    crashed.logged = logged

    assert await crashed.recover(retried=crashed.question_id) == ["question", "new"]


async def test_an_event_that_cannot_be_read_costs_itself_and_not_the_thread(crashed: Crashed) -> None:
    crashed.logged.append(b'{"type": "thread.item.of_another_version"}')
    crashed.begin("text")

    assert await crashed.recover() == ["question", "text"]


UNCLEAR = "The server was restarted meanwhile. This may or may not have been done."


async def _error(crashed: Crashed) -> dict[str, Any]:
    """The end that the thread has kept, which is the one that readers are sent."""
    ending = await crashed.settle()
    [kept] = (await crashed.store.load_endings(crashed.thread_id, crashed.caller)).values()
    assert kept.get("error") == json.loads(ending[-1])
    return json.loads(ending[-1])


async def test_a_call_that_may_have_happened_is_told_before_it_is_tried_again(crashed: Crashed) -> None:
    """Also beside one that may be repeated, and whose tool has the same name."""
    item = crashed.call("Charge", "Charge", "Look up")
    crashed.record("call_1", "Charge", once=False, at=(item, 0))
    crashed.record("call_2", "Charge", once=True, at=(item, 1))

    error = await _error(crashed)
    assert await crashed.lines() == [
        ("Charge", "Not finished."),
        ("Charge: unclear", UNCLEAR),
        ("Look up", "Not finished."),
    ]
    assert error["message"].startswith("The server stopped in the middle of “Charge”, and it is not known")
    assert error["allow_retry"] is True


async def test_the_journal_of_an_agent_says_which_line_is_unclear(store: PostgresStore) -> None:
    async with lab(shop, store, Call("order", {"what": "tea"}), Say("Done.")) as here:
        whole = await here.undisturbed()
        begun = next(at for at, entry in enumerate(whole.entries) if b"tool:" in entry[:20])
        asked, log = await here.ask(), Log(room=begun + 1, late=True)
        await here.answer(asked, log)
    assert asked.message is not None
    crashed = Crashed(store, asked.caller, asked.thread.id, asked.message.id)
    crashed.steps = log.steps
    for event in log.events:
        crashed.log(event)

    assert "in the middle of “Order”" in (await _error(crashed))["message"]
    assert await crashed.lines() == [("Order: unclear", f"tea\n\n{UNCLEAR}")]


async def test_a_line_that_has_moved_since_its_call_began_is_known_by_its_title(crashed: Crashed) -> None:
    crashed.record("call_1", "charge_card", once=True)
    crashed.call("Charge card", "Look up")

    assert "“Charge card”" in (await _error(crashed))["message"]
    assert await crashed.lines() == [("Charge card: unclear", UNCLEAR), ("Look up", "Not finished.")]


async def test_what_has_recorded_its_end_or_may_be_repeated_is_not_named(crashed: Crashed) -> None:
    item = crashed.call("Charge", "Look up")
    crashed.record("call_1", "Charge", once=True, at=(item, 0))
    crashed.steps["tool:call_1/end"] = {"result": "charged"}
    crashed.record("call_2", "Look up", once=False, at=(item, 1))
    crashed.steps |= {"step:order#1": {"once": True}, "step:order#1/end": {"result": 1}, "tool:call_3": None}

    assert (await _error(crashed))["message"].startswith("The server was restarted before this answer was complete.")
    assert [content for _, content in await crashed.lines()] == ["Not finished.", "Not finished."]


async def test_a_step_that_may_have_happened_is_named_in_the_language_of_its_user(crashed: Crashed) -> None:
    crashed.begin("I order")
    crashed.claim = Known("threads.create", 0, allow_cancel=True, caller={"locale": "de-AT"}).to_bytes()
    crashed.steps = {
        "step:order#1": {"once": True},
        "step:order#1/end": {"result": 1},
        "step:order#2": {"once": True},
    }

    error = await _error(crashed)
    assert error["message"].startswith("Der Server wurde mitten in „order“ beendet")
    assert error["allow_retry"] is True


async def test_a_call_is_unclear_also_where_its_answer_was_stopped(crashed: Crashed) -> None:
    item = crashed.call("Charge")
    crashed.record("call_1", "Charge", once=True, at=(item, 0))
    await crashed.settle(cancelled=True)
    assert await crashed.lines() == [("Charge: unclear", UNCLEAR)]
