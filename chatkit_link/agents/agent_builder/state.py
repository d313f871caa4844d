"""The state of a workflow over the turns of a thread.

A turn begins with the state that the last finished turn of its thread has left, over what the file starts with. The
variables of the session go over both when the thread begins, and again when the session gives another value. The
state is stored with the turn (``store/turns.py``) once it has finished, so that an answer that is stopped, fails or
is asked for again leaves nothing behind.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from chatkit_link.caller import StateValue

logger = logging.getLogger(__name__)

#: Bytes of JSON; a state that is larger is not stored.
LARGEST = 64_000
_TYPE = "$type"
_PLAIN: dict[str, type[Any]] = {
    each.__name__: each for each in (datetime, date, time, timedelta, Decimal, UUID, tuple, set, frozenset)
}


class _NotStorable(Exception):
    pass


class WorkflowState(dict[str, Any]):
    """A variable that was never set is None, as it was in Agent Builder."""

    def __missing__(self, key: str) -> None:
        return None


class ThreadState:
    """The state in one turn.

    kept: what the last finished turn has stored. session: the variables of the caller's session.
    named: what a name of the file stands for, so that objects of its classes can be made again.
    """

    def __init__(
        self, kept: Mapping[str, Any] | None, session: Mapping[str, StateValue], named: Callable[[str], Any]
    ) -> None:
        stored = kept or {}
        self._values: dict[str, Any] = stored.get("values", {})
        before: dict[str, Any] = stored.get("session", {})
        if not stored.get("trusted"):
            # An earlier version stored it, for which users could choose what only back ends choose now.
            self._values = {name: value for name, value in self._values.items() if name not in before}
            before = {}
        self._session = dict(session)
        self._given = {
            name: value for name, value in session.items() if not kept or name not in before or before[name] != value
        }
        self._kept = kept
        self._named = named
        self._current: Any = None

    def begun(self) -> dict[str, Any]:
        """What the turn begins with, as JSON; the same again starts another call of the file in the same way."""
        return {"values": {**self._values, **self._given}, "session": self._session, "trusted": True}

    def join(self, value: Any) -> Any:
        """An object that the file makes its state: the first one gets what was kept."""
        if self._current is not None:
            self._current = value
            return value
        kept = {name: self._object(each) for name, each in {**self._values, **self._given}.items()}
        if isinstance(value, dict):
            self._current = WorkflowState({**cast("dict[str, Any]", value), **kept})
        elif isinstance(value, BaseModel):
            known = {name: each for name, each in kept.items() if name in type(value).model_fields}
            self._current = _validated(type(value), {**_attributes(value), **known}) or value
        elif is_dataclass(value) and not isinstance(value, type):
            known = {name: each for name, each in kept.items() if name in {field.name for field in fields(value)}}
            self._current = replace(value, **known)
        else:
            return value
        return self._current

    def to_json(self, place: str) -> Mapping[str, Any] | None:
        """What to store once the turn has finished; None where there is no state. place: the file, for the log."""
        if self._current is None:
            return self._kept
        values: dict[str, Any] = {}
        for name, value in _attributes(self._current).items():
            try:
                values[str(name)] = self._json(value)
            except (_NotStorable, RecursionError):
                logger.warning(
                    "%s: state[%r] is not kept for the next turn: it is a %s", place, name, type(value).__name__
                )
        stored = {"values": values, "session": self._session, "trusted": True}
        if (size := len(to_json(stored))) > LARGEST:
            logger.warning(
                "%s: the state is not kept for the next turn: it takes %d bytes, more than %d", place, size, LARGEST
            )
            return self._kept
        return stored

    def _json(self, value: Any) -> Any:
        match value:
            case None | bool() | str() if type(value) in (type(None), bool, str):
                return value
            case int() | float() if type(value) in (int, float):
                return value if isinstance(value, int) or math.isfinite(value) else None
            case list():
                return [self._json(each) for each in cast("list[Any]", value)]
            case dict():
                pairs = list(cast("dict[Any, Any]", value).items())
                if all(isinstance(key, str) for key, _ in pairs) and _TYPE not in value:
                    return {key: self._json(each) for key, each in pairs}
                return {_TYPE: "dict", "value": [[self._json(key), self._json(each)] for key, each in pairs]}
            case tuple() | set() | frozenset() if type(cast("Any", value)) in (tuple, set, frozenset):
                items = cast("tuple[Any, ...] | set[Any]", value)
                return {_TYPE: type(items).__name__, "value": [self._json(each) for each in items]}
            case _:
                return self._object_json(value)

    def _object_json(self, value: Any) -> Any:
        name = type(value).__name__
        own = _PLAIN.get(name) is type(value) or self._named(name) is type(value)
        storable = isinstance(value, (BaseModel, Enum, *_PLAIN.values())) or is_dataclass(value)
        if not storable:
            raise _NotStorable
        try:
            plain = TypeAdapter[Any](cast("Any", type(value))).dump_python(value, mode="json")
        except PydanticSerializationError as error:
            raise _NotStorable from error
        return {_TYPE: name, "value": plain} if own else plain

    def _object(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._object(each) for each in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        found = cast("dict[str, Any]", value)
        name = found.get(_TYPE)
        if name is None:
            return {key: self._object(each) for key, each in found.items()}
        inside: Any = found.get("value")
        if name == "dict":
            return {self._object(key): self._object(each) for key, each in inside}
        known = _PLAIN.get(str(name)) or self._named(str(name))
        if known in (tuple, set, frozenset):
            return cast("Any", known)(self._object(each) for each in inside)
        made = _validated(known, inside) if isinstance(known, type) else None
        return inside if made is None else made  # the file has changed since


def _attributes(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _validated(known: type[Any], value: Any) -> Any:
    try:
        return TypeAdapter[Any](known).validate_python(value)
    except ValidationError:
        return None
