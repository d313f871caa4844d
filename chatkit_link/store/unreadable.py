"""What is stored and cannot be read: nested deeper than a parser goes, written by another version, or damaged.

It never takes its neighbours with it. An item is displayed as a notice in its place, or stays hidden if its type is
hidden; the rest of a thread's row counts as its safest value; a turn's record or an attachment counts as not there.
The row stays as it is: nothing is written over it but what its user or the operator does on purpose. The log names it
once in each process, and ``chatkit-link doctor`` whenever it is asked.
"""

import logging
from functools import lru_cache
from typing import Any

import chatkit.types
from chatkit.types import EndOfTurnItem, FileTask, TaskItem, ThreadItem
from pydantic import ValidationError

from chatkit_link.store.clock import to_model
from chatkit_link.store.json_column import UnreadableJson
from chatkit_link.store.statement import Row
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import HIDDEN_TYPES

logger = logging.getLogger(__name__)

#: What reading a value may raise that is not of the expected shape. The first is also the base of ``ValidationError``.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
#: Names of fields on the way to what is wrong, and their characters.
_DEEPEST, _LONGEST = 4, 80


class UnreadableItem(TaskItem):
    """Stands for an item in what is displayed. No model reads it: the SDK's converters leave out tasks about files."""


class HiddenUnreadableItem(EndOfTurnItem):
    """Stands for an item that users do not see, such as context for the model."""


# The SDK's annotations are strings, to be looked up where they were written.
UnreadableItem.model_rebuild(_types_namespace=vars(chatkit.types))

Unreadable = (UnreadableItem, HiddenUnreadableItem)


def instead_of(row: Row, locale: str) -> ThreadItem:
    """What stands for the item of a row of ``thread_items``. locale: BCP 47, of the notice."""
    head: dict[str, Any] = {"id": row["id"], "thread_id": row["thread_id"], "created_at": to_model(row["created_at"])}
    if row["type"] in HIDDEN_TYPES or row["type"] == "end_of_turn":
        return HiddenUnreadableItem(**head)
    return UnreadableItem(**head, task=FileTask(title=Localized("item_unreadable").in_language(locale)))


@lru_cache(maxsize=10_000)
def report(what: str, reason: str) -> None:
    """Name it in the log, once. what: such as "item msg_1 of thread thr_1"."""
    logger.warning("%s cannot be read, and is kept as it is: %s", what, reason)


def reason_of(error: Exception, value: Any = None) -> str:
    """Why a value cannot be read, without anything that is in it."""
    if isinstance(value, UnreadableJson):
        return "its JSON is nested too deeply"
    if not isinstance(error, ValidationError):
        return "it has another shape"
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:_DEEPEST])[:_LONGEST]
    return f"{first['type']} at {place or 'its root'}"
