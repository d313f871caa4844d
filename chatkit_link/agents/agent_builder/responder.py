"""Answers turns with an exported workflow: calls it, emits its events, resumes it after the user's answer."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import openai
from agents.exceptions import AgentsException
from chatkit.actions import Action
from chatkit.errors import CustomStreamError, StreamError
from chatkit.types import NoticeEvent, ThreadItem, ThreadStreamEvent, UserMessageItem, WidgetItem

from chatkit_link.agents.actions import unknown_action
from chatkit_link.agents.agent_builder.event_emitter import EventEmitter, WorkflowSettings
from chatkit_link.agents.agent_builder.execution import Execution
from chatkit_link.agents.agent_builder.journal import WorkflowJournal
from chatkit_link.agents.agent_builder.kept_steps import Entry, KeptSteps
from chatkit_link.agents.agent_builder.output_widgets import OutputWidgets
from chatkit_link.agents.agent_builder.runnable import RunnableWorkflow
from chatkit_link.agents.agent_builder.state import ThreadState
from chatkit_link.agents.agent_builder.workflow_input import Unsuited
from chatkit_link.agents.approvals import CHANGED, find_answered
from chatkit_link.agents.attachment_input import AttachmentInput
from chatkit_link.agents.contained import EndedTask
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.converter import LinkConverter
from chatkit_link.agents.errors.describe import describe
from chatkit_link.agents.errors.explain import Failure, unknown_model
from chatkit_link.agents.history import load_history
from chatkit_link.agents.models.problems import ContextTooLong, IncompleteAnswer, UnreadableAnswer
from chatkit_link.caller import Caller, StateValue
from chatkit_link.errors import LinkError
from chatkit_link.store.turns import TurnRecord

logger = logging.getLogger(__name__)

#: Errors that have a message of their own.
_EXPLAINED = (
    openai.OpenAIError, AgentsException, IncompleteAnswer, UnreadableAnswer, ContextTooLong, StreamError,
    CustomStreamError, LinkError,
)  # fmt: skip
#: Seconds that a stopped workflow gets to leave what it is in.
_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class _Beginning:
    """With what an answer begins. record: of the turn until now.

    answered: it goes on behind a question. is_changed: or would, but the file is another one now.
    """

    message: UserMessageItem | None
    journal: WorkflowJournal
    record: TurnRecord = field(default_factory=lambda: TurnRecord(input=[], covers=[], sources={}))
    answered: bool = False
    is_changed: bool = False


class WorkflowResponder:
    """history_items, file_text: as in ``AgentResponder``."""

    def __init__(
        self,
        workflow: RunnableWorkflow,
        settings: WorkflowSettings,
        *,
        history_items: int = 200,
        file_text: int = 50_000,
    ) -> None:
        self._workflow = workflow
        self._settings = settings
        self._history_items = history_items
        self._file_text = file_text
        self._widgets = OutputWidgets(workflow.path)

    async def respond(self, ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        out = asyncio.Queue[Any]()
        kept = KeptSteps.of_answer(out.put_nowait)
        execution, notices = await self._begin(ctx, out, kept)
        for notice in notices:
            yield notice
        task = asyncio.create_task(execution.work(), name="workflow")
        try:
            while (event := await execution.events.out.get()) is not None:
                if isinstance(event, Entry):
                    event.write()
                else:
                    yield event
            await task  # raises what the file raised
        except Exception as error:
            if isinstance(error, openai.APIError):  # nothing of the workflow's own: it may go on from there
                execution.events.record["failed"] = execution.journal.to_failed()
            explained = self._explained(error)
            if explained is error:
                raise  # not `from error`: an error that is its own cause is a circle
            raise explained from error
        finally:
            execution.paused = True  # also for a file that goes on after it was cancelled
            task.cancel()
            await asyncio.wait([task], timeout=_PATIENCE)
            # Also after a question: an agent that ran beside it may have finished, or was ended, since.
            if execution.begun:
                await execution.events.save()

    async def _begin(
        self, ctx: TurnContext, out: "asyncio.Queue[Any]", kept: KeptSteps
    ) -> tuple[Execution, list[NoticeEvent]]:
        """The workflow as it is to be executed, and what the user is told before."""
        beginning = await self._beginning(ctx, kept.begun)
        message, journal = beginning.message, beginning.journal
        attachment_input = AttachmentInput(ctx.files, ctx.caller, text_limit=self._file_text)
        history = await load_history(
            ctx, LinkConverter(attachment_input), self._history_items, upto=message.id if message else None
        )
        events = EventEmitter(
            ctx,
            self._settings,
            history,
            beginning.record,
            alone=_runs_one_agent(self._workflow),
            out=out,
            kept=kept,
            chosen=message.inference_options.model if message else None,
        )
        # What is called again begins as it did.
        kept_state = journal.steps.get("state")
        session = kept_state["session"] if kept_state else state_of(ctx.caller)
        state = ThreadState(kept_state or history.state, session, self._workflow.named)
        journal.steps["state"] = state.begun()
        execution = Execution(
            self._workflow,
            events,
            "".join(part.text for part in message.content) if message else "",
            journal,
            state,
            self._widgets,
            message_id=message.id if message else None,
            answered=beginning.answered,
        )
        unseen = [
            attachment_input.unseen[attachment.id]
            for attachment in (ctx.message.attachments if ctx.message and kept.begun is None else [])
            if attachment.id in attachment_input.unseen
        ]
        told = [CHANGED, *unseen] if beginning.is_changed else unseen
        return execution, [NoticeEvent(level="info", message=each.in_language(ctx.caller.locale)) for each in told]

    async def _beginning(self, ctx: TurnContext, begun: dict[str, Any] | None) -> _Beginning:
        """At the newest message, or at the question that was just answered. begun: with what another replica did."""
        if begun is not None:
            journal = WorkflowJournal(begun["version"], begun["steps"], again=begun["again"])
            message = await self._message(ctx, begun["message"])
            return _Beginning(message, journal, begun["record"], answered=begun["answered"])
        journal = WorkflowJournal(self._workflow.version)
        if ctx.message is not None:
            return _Beginning(ctx.message, await self._failed(ctx, ctx.message) or journal)
        items = await ctx.store.load_history(ctx.thread.id, self._history_items, ctx.caller)
        found = find_answered(items)
        messages = [item for item, _ in items if isinstance(item, UserMessageItem)]
        if found is None:
            return _Beginning((messages or [None])[-1], journal)
        message = found.anchor if isinstance(found.anchor, UserMessageItem) else (messages or [None])[-1]
        if found.waiting["version"] != self._workflow.version:
            return _Beginning(message, journal, answered=True, is_changed=True)
        journal = WorkflowJournal.of(found.waiting)
        journal.steps[found.waiting["place"]] = found.approved
        return _Beginning(message, journal, found.started(), answered=True)

    async def _message(self, ctx: TurnContext, message_id: str | None) -> UserMessageItem | None:
        """The message that an answer which goes on here has begun with."""
        if message_id is None or (ctx.message is not None and ctx.message.id == message_id):
            return ctx.message
        items = await ctx.store.load_history(ctx.thread.id, self._history_items, ctx.caller)
        found = [item for item, _ in items if item.id == message_id and isinstance(item, UserMessageItem)]
        return found[0] if found else None

    async def _failed(self, ctx: TurnContext, message: UserMessageItem) -> WorkflowJournal | None:
        """What an answer to this message had done when it failed, where this one is a retry."""
        record = await ctx.store.load_turn(ctx.thread.id, message.id, ctx.caller)
        failed = record.get("failed") if record else None
        if failed is None or failed["version"] != self._workflow.version:
            return None
        return WorkflowJournal(failed["version"], failed["steps"], again=True)

    def _explained(self, error: Exception) -> Exception:
        """An error of the file's own, with its line; all others are known by what they are."""
        if isinstance(error, openai.APIError) and (model := unknown_model(error)):
            return self._unknown_model(model, error)
        if isinstance(error, _EXPLAINED):
            return error
        reason = error.__cause__ if isinstance(error, EndedTask) and error.__cause__ is not None else error
        line = self._workflow.line_of(reason)
        if line is None:
            return error
        where = f"{self._workflow.path.name}, line {line}"
        if isinstance(reason, Unsuited):
            logger.error("%s: %s", where, reason)
            return Failure("workflow_failed", place=where, error=reason.call).with_advice(f"{where}: {reason}")
        logger.error("%s: %s", where, type(reason).__name__, exc_info=reason)
        return Failure("workflow_failed", place=where, error=type(reason).__name__)

    def _unknown_model(self, model: str, error: openai.APIError) -> Exception:
        """With the line of the file that names the model; without one, the settings do."""
        line = next((line for line, name in self._workflow.models() if name == model), None)
        if line is None:
            return error
        where = f"{self._workflow.path.name}, line {line}"
        logger.warning("%s: the model %s is not known: %s", where, model, describe(error))
        return Failure("model_unknown_in_file", model=model, place=where)

    async def action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> AsyncIterator[ThreadStreamEvent]:
        raise unknown_action()
        yield  # what makes this a generator, as the protocol wants it

    async def sync_action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> ThreadItem | None:
        raise unknown_action()


def _runs_one_agent(workflow: RunnableWorkflow) -> bool:
    """Whether there is one place that runs an agent, and not in a function that is called in several places."""
    return max(workflow.steps, len(workflow.flow.sites) - workflow.steps) < 2


def state_of(caller: Caller) -> dict[str, StateValue]:
    """State variables that a back end set for the caller's session; never those that the user chose."""
    return dict(caller.session.state) if caller.session else {}
