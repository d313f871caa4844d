"""Whose rows a call of a store is about: what the context of ``server.process`` says of its user."""

from collections.abc import Mapping, Sequence, Sized
from typing import Any, cast
from uuid import UUID

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError, Unauthenticated

USER = ("user_id", "userId", "user")
TENANT = ("tenant_id", "tenant")
#: Who it is where nobody is named, and the server has no users.
EVERYONE = "everyone"
_ABSENT = object()


def caller_of(context: Any, anonymous: str | None) -> Caller | None:
    """The user that a context names; ``None`` where the context is empty and nobody is ``anonymous``.

    context: a ``Caller``, the user's id, or a mapping or an object with ``user_id``, ``userId`` or ``user``, and
        ``tenant_id`` or ``tenant`` where there are several. ``user`` may be an object with an ``id``.
    anonymous: who it is where a context names nobody.

    Raises:
        ConfigurationError: it names nobody, and is not empty: two users would read each other's threads.
        Unauthenticated: it has the key, but no user in it.
    """
    if isinstance(context, Caller):
        return context
    if isinstance(context, str | int | UUID) and not isinstance(context, bool):
        return Caller("default", _id(context))
    user = _named(context, USER)
    if user is _ABSENT:
        if anonymous is not None:
            return Caller("default", anonymous, address=_address(context))
        if context is None or (isinstance(context, Sized) and not len(context)):
            return None
        raise ConfigurationError(
            f"The context of server.process ({type(context).__name__}) names no user, so that all users would share "
            'one history. Pass {"user_id": ...}, or an object with user_id; for a chat without users, make the store '
            'with DataStore(user="everyone").'
        )
    tenant = _named(context, TENANT)
    return Caller("default" if tenant in (_ABSENT, None) else _id(tenant), _id(user), address=_address(context))


def _id(value: Any) -> str:
    if isinstance(value, str | int | UUID) and not isinstance(value, bool):
        if text := str(value).strip():
            return text
    elif value is not None and (inner := _named(value, ("id", "user_id"))) is not _ABSENT:
        return _id(inner)
    raise Unauthenticated("The context of this request names a user without an id: is the user signed in?")


def _named(context: Any, names: Sequence[str]) -> Any:
    for name in names:
        if isinstance(context, Mapping):
            found = cast("Mapping[str, Any]", context).get(name, _ABSENT)
        else:
            found = getattr(context, name, _ABSENT)
        if found is not _ABSENT:
            return found
    return _ABSENT


def _address(context: Any) -> str | None:
    """Of the server as the request in the context reached it; links to files begin with it."""
    request = _named(context, ("request",))
    address = None if request is _ABSENT else getattr(request, "base_url", None)
    return None if address is None else str(address).rstrip("/")
