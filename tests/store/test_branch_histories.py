"""What users do to the branches of a thread, in any order and from two tabs, against a tree in dictionaries.

Hypothesis makes the histories. A tab does what was possible when it was loaded: what it edits or goes to may have left
the path since, or may be gone. After each step the thread is compared with the tree, whole.

``CHATKIT_LINK_OPERATIONS=100000`` makes as many steps of it.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from chatkit.types import HiddenContextItem, ThreadItem
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatkit_link.caller import Caller, Retry
from chatkit_link.conformance.loop_runner import LoopRunner
from chatkit_link.conformance.store.histories import HistoryRun
from chatkit_link.errors import Conflict, LinkError, NotFound
from chatkit_link.protocol.branches import list_branches, switch_branch
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.turns import TurnRecord
from tests.store.build import assistant, thread, user
from tests.store.tree_model import Tree

STEPS = 50
OPERATIONS = int(os.environ.get("CHATKIT_LINK_OPERATIONS", "1000"))
#: Steps of one test at most: no test may take as long as many of them do (``faulthandler_timeout``).
AT_ONCE = 2_000

TAB = st.integers(0, 1)
#: Chooses one of what is there, whatever its number.
PICK = st.integers(0, 40)


def recorded(name: str) -> TurnRecord:
    return {"input": [{"name": name}], "covers": [], "sources": {}}


class BranchMachine(RuleBasedStateMachine):
    """One thread, its tree, and what each of two tabs was shown of it."""

    def __init__(self, runner: LoopRunner[PostgresStore]) -> None:
        super().__init__()
        self.runner = runner
        self.store = runner.value
        self.ada = Caller("default", f"ada-{uuid.uuid4().hex}")
        self.here = self.run(thread(self.store, self.ada))
        self.tree = Tree()
        #: Of each tab: the questions, all items, and the versions that it was shown.
        self.seen: list[tuple[list[str], list[str], list[str]]] = [([], [], []), ([], [], [])]

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def outcome(self, work: Coroutine[Any, Any, Any]) -> type[Exception] | None:
        try:
            self.run(work)
        except LinkError as error:
            return type(error)
        return None

    def new(self, kind: str) -> str:
        return f"{kind}{self.tree.added + 1}"

    @rule(tab=TAB)
    def load(self, tab: int) -> None:
        path = self.tree.path
        versions = [name for _, siblings in self.tree.branches() for name in siblings]
        self.seen[tab] = [node.id for node in path if node.is_question], [node.id for node in path], versions

    @rule(records=st.booleans())
    def ask(self, records: bool) -> None:
        question = self.new("q")
        self.run(self.store.add_message(self.here.id, user(self.here.id, "?", item_id=question), self.ada))
        self.tree.add(question, is_question=True)
        self._answer(question, records=records)

    @precondition(lambda self: any(questions for questions, _, _ in self.seen))
    @rule(tab=TAB, pick=PICK, records=st.booleans())
    def edit(self, tab: int, pick: int, records: bool) -> None:
        if not (questions := self.seen[tab][0]):
            return
        edited, question = questions[pick % len(questions)], self.new("q")
        message = user(self.here.id, "?", item_id=question)
        outcome = self.outcome(self.store.add_message(self.here.id, message, self.ada, edits=edited))
        if edited not in self.tree.nodes:
            assert outcome is NotFound
        elif not self.tree.is_displayed(edited):
            assert outcome is Conflict
        else:
            assert outcome is None
            self.tree.edit(edited)
            self.tree.add(question, is_question=True)
            self._answer(question, records=records)

    @precondition(lambda self: any(questions for questions, _, _ in self.seen))
    @rule(tab=TAB, pick=PICK, records=st.booleans(), hidden=st.booleans())
    def answer_again(self, tab: int, pick: int, records: bool, hidden: bool) -> None:
        if not (questions := self.seen[tab][0]):
            return
        question, answer = questions[pick % len(questions)], self.new("h" if hidden else "a")
        retry = Retry(self.here.id, question, recorded(answer) if records else None)
        outcome = self.outcome(self.store.replace_answer(retry, self._item(answer), self.ada))
        if not self.tree.is_displayed(question):
            assert outcome is NotFound
            return
        assert outcome is None
        self.tree.answer_again(question)
        self.tree.add(answer, is_hidden=hidden)
        if records:
            self.tree.records[question] = answer

    @precondition(lambda self: any(versions for _, _, versions in self.seen))
    @rule(tab=TAB, pick=PICK)
    def go_to_a_version(self, tab: int, pick: int) -> None:
        if versions := self.seen[tab][2]:
            self._go_to(versions[pick % len(versions)])

    @precondition(lambda self: self.tree.nodes)
    @rule(pick=PICK)
    def go_to_any_item(self, pick: int) -> None:
        self._go_to(list(self.tree.nodes)[pick % len(self.tree.nodes)])

    @rule(hidden=st.booleans(), anchors=st.booleans())
    def add_an_item(self, hidden: bool, anchors: bool) -> None:
        """Such as a widget, which a turn may also be anchored to."""
        item = self.new("h" if hidden else "a")
        self.run(self.store.add_thread_item(self.here.id, self._item(item), self.ada))
        self.tree.add(item, is_hidden=hidden)
        if anchors:
            self._record(item, f"of {item}")

    @precondition(lambda self: any(items for _, items, _ in self.seen))
    @rule(tab=TAB, pick=PICK)
    def save_again(self, tab: int, pick: int) -> None:
        """A change of what has left the path is refused: it would not be seen."""
        if not (items := self.seen[tab][1]):
            return
        item_id = items[pick % len(items)]
        is_question = item_id.startswith("q")
        item = user(self.here.id, "!", item_id=item_id) if is_question else self._item(item_id)
        outcome = self.outcome(self.store.update_item(self.here.id, item, self.ada))
        assert outcome is (None if self.tree.is_displayed(item_id) else NotFound)

    @precondition(lambda self: self.tree.path)
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        node = self.tree.path[pick % len(self.tree.path)]
        self.run(self.store.delete_thread_item(self.here.id, node.id, self.ada))
        self.tree.delete(node.id)

    @precondition(lambda self: self.tree.path)
    @rule(pick=PICK, kind=st.sampled_from(["positive", "negative"]))
    def rate(self, pick: int, kind: Any) -> None:
        node = self.tree.path[pick % len(self.tree.path)]
        self.run(self.store.save_feedback(self.here.id, [node.id], kind, self.ada))
        node.opinion = kind

    @invariant()
    def the_thread_is_the_path_of_the_tree(self) -> None:
        history, branches, opinions = self.run(self._read())
        path = self.tree.path
        assert [item.id for item, _ in history] == [node.id for node in path]
        assert {item.id: found["input"][0]["name"] for item, found in history if found} == self.tree.records
        assert [(point.item_id, point.siblings) for point in branches] == self.tree.branches()
        assert opinions == {node.id: node.opinion for node in path if node.opinion}

    async def _read(self) -> Any:
        return await asyncio.gather(
            self.store.load_history(self.here.id, 1000, self.ada),
            list_branches(self.store, self.here.id, self.ada),
            self.store.load_feedback(self.here.id, self.ada),
        )

    def _go_to(self, name: str) -> None:
        outcome = self.outcome(switch_branch(self.store, self.here.id, name, self.ada))
        if name in self.tree.nodes:
            assert outcome is None
            self.tree.walk(name)
        else:
            assert outcome is NotFound

    def _answer(self, question: str, *, records: bool) -> None:
        answer = self.new("a")
        self.run(self.store.add_thread_item(self.here.id, self._item(answer), self.ada))
        self.tree.add(answer)
        if records:
            self._record(question, answer)

    def _record(self, anchor: str, name: str) -> None:
        self.run(self.store.save_turn(self.here.id, anchor, recorded(name), self.ada))
        self.tree.records[anchor] = name

    def _item(self, item_id: str) -> ThreadItem:
        if not item_id.startswith("h"):
            return assistant(self.here.id, ".", item_id=item_id)
        return HiddenContextItem(id=item_id, thread_id=self.here.id, created_at=datetime.now(), content=".")


@pytest.fixture
def runner(postgres_url: str, database: Database) -> Iterator[LoopRunner[PostgresStore]]:
    """On a pool of its own: a connection belongs to the event loop that opened it. ``database`` is migrated."""

    @asynccontextmanager
    async def open_store() -> AsyncGenerator[PostgresStore]:
        own = Database(postgres_url, pool_size=5)
        own.address.connect_args["server_settings"]["synchronous_commit"] = "off"
        yield PostgresStore(own)
        await own.close()

    with LoopRunner(open_store) as runner:
        yield runner


@pytest.mark.timeout(900)
@pytest.mark.parametrize("operations", [min(AT_ONCE, OPERATIONS - done) for done in range(0, OPERATIONS, AT_ONCE)])
def test_a_thread_is_the_active_path_of_a_tree(runner: LoopRunner[PostgresStore], operations: int) -> None:
    histories = HistoryRun(operations // STEPS, seconds=900)
    histories.run(lambda: BranchMachine(runner), settings(stateful_step_count=STEPS, deadline=None))
