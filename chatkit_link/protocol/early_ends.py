"""Answers whose replica died before it had logged anything of them: what they answer is found in their thread.

The first events and steps of a run reach the database some milliseconds behind its message, and whoever has stored a
message is given an answer. Only a message can be found again: what else was asked, such as by a click, is stored
nowhere before the run's first step.
"""

from chatkit.types import (
    StreamingReq,
    ThreadAddUserMessageParams,
    ThreadCreateParams,
    ThreadRetryAfterItemParams,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsRetryAfterItemReq,
    UserMessageInput,
    UserMessageItem,
)

from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from chatkit_link.errors import Unprocessable
from chatkit_link.protocol.answers import reads_messages
from chatkit_link.protocol.beginning import Beginning, Known, request_to_json
from chatkit_link.protocol.user_messages import require_offered
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.runs import RunRow


async def beginning_of(
    store: PostgresStore, row: RunRow, known: Known, agent: ServedAgent, caller: Caller
) -> Beginning | None:
    """How a run began of which nothing was logged; None where its message was not stored, or it answers none.

    Raises:
        NotFound: the thread or the message is gone.
    """
    if row.retried is not None:
        item = await store.load_item(row.thread_id, row.retried, caller)
    else:
        page = await store.load_thread_items(row.thread_id, None, 1, "desc", caller)
        thread = await store.load_thread(row.thread_id, caller)
        # An older message is none that this run answers, and what a server stores by itself it would store again.
        item = page.data[0] if page.data and thread.last_seq > known.last_seq else None
        if reads_messages(agent.server):
            return None
    if not isinstance(item, UserMessageItem):
        return None
    request = _request(row, known, item)
    if request is None:
        return None
    try:
        require_offered(item, agent)
    except Unprocessable:  # as the request would have been told
        return None
    return Beginning(
        agent=agent.id,
        version=agent.version,
        request=request_to_json(request),
        message=item.id,
        last_seq=known.last_seq,
        retried=row.retried is not None,
    )


def _request(row: RunRow, known: Known, message: UserMessageItem) -> StreamingReq | None:
    """The request that asked for an answer to this message."""
    if row.retried is not None:
        params = ThreadRetryAfterItemParams(thread_id=row.thread_id, item_id=message.id)
        return ThreadsRetryAfterItemReq(params=params)
    given = UserMessageInput(
        content=message.content,
        attachments=[attachment.id for attachment in message.attachments],
        quoted_text=message.quoted_text,
        inference_options=message.inference_options,
    )
    if known.request == "threads.create":
        return ThreadsCreateReq(params=ThreadCreateParams(input=given))
    if known.request == "threads.add_user_message":
        return ThreadsAddUserMessageReq(params=ThreadAddUserMessageParams(thread_id=row.thread_id, input=given))
    return None
