"""What every response carries. Pure ASGI: a wrapped stream would be buffered or lose its disconnect."""

import logging
import re
import uuid
from collections.abc import Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatkit_link.net.origin import is_loopback, same_host

logger = logging.getLogger(__name__)

_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(connection: HTTPConnection) -> str:
    """The id of this request, as it stands in the response, in errors and in the log."""
    return getattr(connection.state, "request_id", "-")


class ResponseHeaders:
    """Adds the request id, what identification asked for, and headers that harden every response.

    unexpected: renders an unexpected error. bad_address: refuses an address with a NUL, which no text of the database
    can hold, before any route reads it.
    https_for: seconds for which browsers are to use this host over HTTPS alone; 0 leaves it to them.
    public_host: where users reach this server over HTTPS, whatever a proxy says; ``None`` where that is not known.
    """

    def __init__(
        self,
        app: ASGIApp,
        unexpected: Callable[[Request], Response],
        bad_address: Callable[[Request], Response],
        *,
        https_for: int = 0,
        public_host: str | None = None,
    ) -> None:
        self._app = app
        self._unexpected = unexpected
        self._bad_address = bad_address
        self._https_for = https_for
        self._public_host = public_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        # A proxy's own id is reused, so that its log and ours can be correlated.
        given = HTTPConnection(scope).headers.get("x-request-id", "")
        state["request_id"] = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = state["request_id"]
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
                if self._https_for and self._keeps_to_https(scope):
                    headers.setdefault("Strict-Transport-Security", f"max-age={self._https_for}")
                if cookie := state.pop("cookie", None):
                    headers.append("Set-Cookie", cookie)
                if left := state.pop("session_left", None):
                    headers["X-Session-Expires-In"] = str(left)
            await send(message)

        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send_with_headers(message)

        try:
            if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
                await self._bad_address(Request(scope))(scope, receive, watched_send)
                return
            await self._app(scope, receive, watched_send)
        except Exception:
            # Rendered here and not by the outermost middleware, whose responses would not pass through this one.
            logger.exception("request %s failed", state["request_id"])
            if started:
                raise
            await self._unexpected(Request(scope))(scope, receive, watched_send)

    def _keeps_to_https(self, scope: Scope) -> bool:
        """Whether the request came over HTTPS to a host that is this server's alone.

        Browsers hold all ports of a host to it. So a machine of one's own, an unusual port, beside which others may
        speak plain HTTP, and a host of which this server has only a prefix are left alone.
        """
        host = HTTPConnection(scope).headers.get("host", "")
        if scope.get("scheme") != "https" and (self._public_host is None or host != self._public_host):
            return False
        return not (scope.get("root_path") or is_loopback(host)) and same_host(
            f"https://{host.partition(':')[0]}", host
        )
