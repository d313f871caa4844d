"""A user's message as it is stored, with its files: made from what a request holds."""

from datetime import datetime

from chatkit.types import Attachment, ThreadMetadata, UserMessageInput, UserMessageItem

from chatkit_link.agents.sdk_methods import expect, method, overridden
from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from chatkit_link.errors import Conflict, Forbidden, Unprocessable
from chatkit_link.files.files import Files
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.translations import Localized

BUILD = "_build_user_message_item"


class UserMessages:
    """Makes messages; stores nothing."""

    def __init__(self, store: PostgresStore, files: Files) -> None:
        self._store = store
        self._files = files

    async def make(
        self, given: UserMessageInput, thread: ThreadMetadata, agent: ServedAgent, caller: Caller
    ) -> UserMessageItem:
        """A new message for this thread, as the agent's server builds it where it does so itself.

        Raises:
            Forbidden: the agent takes no files.
            Conflict: a file is not uploaded yet, or belongs to another thread.
            Unprocessable: the agent does not offer the chosen model or tool.
        """
        attachments = await self._attachments(given, thread.id, agent, caller) if given.attachments else []
        if builds_messages(agent):
            message = await self._built(given, thread, agent, caller)
        else:
            message = UserMessageItem(
                id=new_id("message"),
                thread_id=thread.id,
                created_at=datetime.now(),
                content=given.content,
                attachments=attachments,
                quoted_text=given.quoted_text,
                inference_options=given.inference_options,
            )
        require_offered(message, agent)
        return message

    async def check(self, given: UserMessageInput, thread: ThreadMetadata, agent: ServedAgent, caller: Caller) -> None:
        """What ``make`` refuses, of a message that is made later; but for what a server of somebody's checks itself."""
        if given.attachments:
            await self._attachments(given, thread.id, agent, caller)
        require_offered(given, agent)

    async def _built(
        self, given: UserMessageInput, thread: ThreadMetadata, agent: ServedAgent, caller: Caller
    ) -> UserMessageItem:
        message = await method(agent.server, BUILD)(given, thread, caller)
        return expect(message, UserMessageItem, agent.server, BUILD)

    async def _attachments(
        self, given: UserMessageInput, thread_id: str, agent: ServedAgent, caller: Caller
    ) -> list[Attachment]:
        if not agent.takes_files:
            raise Forbidden(Localized("files_not_taken"))
        ids = list(dict.fromkeys(given.attachments))
        await self._files.require_ready(ids, caller)
        attachments: list[Attachment] = []
        for attachment_id in ids:
            attachment = await self._store.load_attachment(attachment_id, caller)
            if attachment.thread_id not in (None, thread_id):
                raise Conflict(Localized("file_of_another_chat", name=attachment.name))
            attachments.append(attachment.model_copy(update={"thread_id": thread_id}))
        return attachments


def builds_messages(agent: ServedAgent) -> bool:
    """Whether the agent's server builds user messages itself; it is given their thread, which is stored then."""
    return BUILD in overridden(agent.server)


def require_offered(message: UserMessageItem | UserMessageInput, agent: ServedAgent) -> None:
    """A model or tool is chosen in the browser, so it is checked against what this agent offers.

    Raises:
        Unprocessable: it does not offer that.
    """
    model, tool = message.inference_options.model, message.inference_options.tool_choice
    if model is not None and agent.models is not None and model not in agent.models:
        raise Unprocessable(Localized("model_not_offered"))
    if tool is not None and agent.tools is not None and tool.id not in agent.tools:
        raise Unprocessable(Localized("tool_not_offered"))
