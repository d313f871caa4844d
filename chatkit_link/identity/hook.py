"""A function of yours identifies the caller: ``identify(request) -> Caller | None``."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError, LinkError, Unavailable
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import UNKNOWN, preferred_locale
from chatkit_link.identity.user_names import LONGEST_NAME, is_name
from chatkit_link.import_target import load_module
from chatkit_link.translations import Localized

Hook = Callable[[HTTPConnection], Caller | Awaitable[Caller | None] | None]

#: Seconds; a user who waits longer for a sign-in has left.
PATIENCE: Final = 10.0

_log = logging.getLogger(__name__)


class HookAuthenticator:
    """Asks ``hook``; a plain function is called in a thread, so that it may wait for something.

    What the hook raises on purpose, a ``LinkError`` or an ``HTTPException``, is the answer. Anything else, and a
    result that is no caller, is ``Unavailable``: a bug is no reason to let anyone in.
    """

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self._waits = inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(
            getattr(hook, "__call__", None)  # noqa: B004 - an object whose call is a coroutine
        )

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        try:
            with anyio.fail_after(PATIENCE):
                found = await self._ask(request)
        except (LinkError, HTTPException):
            raise
        except Exception as error:
            raise Unavailable(Localized("sign_in_unavailable")) from error
        if found is None:
            return None
        if not (isinstance(found, Caller) and is_name(found.tenant) and is_name(found.user)):
            _log.error("identify must return a Caller whose names have 1 to %d visible characters", LONGEST_NAME)
            raise Unavailable(Localized("sign_in_unavailable"))
        locale = found.locale
        if locale == UNKNOWN:
            locale = preferred_locale(request.headers.getlist("accept-language"))
        by_header = request.headers.get("authorization", "").lower().startswith("bearer ")
        return Authentication(replace(found, request_id=request_id, locale=locale), ambient=not by_header)

    async def _ask(self, request: HTTPConnection) -> object:
        if self._waits:
            return await cast(Awaitable[object], self._hook(request))
        found = await anyio.to_thread.run_sync(self._hook, request, abandon_on_cancel=True)
        return await found if inspect.isawaitable(found) else found


def load_hook(target: str, *, beside: Path) -> Hook:
    """What ``module:function`` or ``file.py:function`` names; paths are relative to the folder ``beside``.

    Raises ``ConfigurationError`` when it does not load or is no function.
    """
    place, _, name = target.rpartition(":")
    what = f"CHATKIT_LINK_IDENTIFY={target}"
    if not place or not name:
        raise ConfigurationError(f"{what}: write it as module:function or file.py:function.")
    found = getattr(load_module(place, what, beside), name, None)
    if not callable(found):
        raise ConfigurationError(f"{what}: there is no function {name} in {place}.")
    return cast(Hook, found)
