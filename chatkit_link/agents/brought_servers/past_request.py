"""The request of an answer, as code of others may read it: while it is answered and afterwards.

An answer outlives its connection, so what is kept is the request's address and headers, without what signs a user in.
It is a ``Request`` of Starlette, since servers check that and read it as such; its body has been read by ChatKit Link.
"""

import json
import re
from collections.abc import Collection
from typing import Any, NoReturn

from starlette.datastructures import URL
from starlette.requests import HTTPConnection, Request
from starlette.routing import NoMatchFound
from typing_extensions import override

#: What identifies a user to this server or to another one: by name, and by a word in a name.
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-chatkit-visitor", "x-auth"})
_SECRET_WORDS = re.compile(
    r"(^|[-_])(api-?key|token|jwt|secret|password|passwd|credentials?|signature|authorization|cookie|csrf|xsrf)([-_]|$)"
)
_ADDRESS = ("scheme", "path", "raw_path", "root_path", "app_root_path", "query_string", "client", "server")
#: The router is that of the outermost app, or of both under `serve --app`.
_KEPT = ("type", "http_version", "method", *_ADDRESS, "router")


def is_secret(name: str, listed: Collection[str] = ()) -> bool:
    """Whether a header may hold what signs a user in. listed: small names that this server's settings give."""
    name = name.lower()
    return name in _SECRET or name in listed or _SECRET_WORDS.search(name) is not None


class PastRequest(Request):
    """Method, URL, client and headers; ``state`` is its own. There is no body and no app."""

    @classmethod
    def of(cls, request: HTTPConnection, *, secret: Collection[str] = ()) -> "PastRequest":
        """secret: names of more headers that are left out, in small letters."""
        sent: list[tuple[bytes, bytes]] = request.scope["headers"]
        headers = [(name, value) for name, value in sent if not is_secret(name.decode("latin-1"), secret)]
        kept: dict[str, Any] = {name: request.scope[name] for name in _KEPT if name in request.scope}
        return cls({**kept, "headers": headers, "path_params": {}, "state": {}}, receive=_no_body)

    @classmethod
    def empty(cls) -> "PastRequest":
        """Where an answer was not caused by a request."""
        address = {
            "scheme": "http",
            "path": "/chatkit",
            "root_path": "",
            "query_string": b"",
            "server": ("127.0.0.1", 80),
        }
        scope: dict[str, Any] = {"type": "http", "method": "POST", "headers": [], "path_params": {}, "state": {}}
        return cls({**scope, **address}, receive=_no_body)

    def to_text(self) -> str:
        """As JSON; routes of an app are not in it."""
        kept = {name: _text(self.scope[name]) for name in self.scope if name not in ("router", "path_params", "state")}
        kept["headers"] = [[_text(name), _text(value)] for name, value in self.scope["headers"]]
        return json.dumps(kept)

    @classmethod
    def from_text(cls, text: str) -> "PastRequest":
        kept: dict[str, Any] = json.loads(text)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept["headers"]]
        for name in ("raw_path", "query_string"):
            if isinstance(kept.get(name), str):
                kept[name] = kept[name].encode("latin-1")
        for name in ("client", "server"):
            kept[name] = tuple(kept[name]) if kept.get(name) else None
        return cls({**kept, "headers": headers, "path_params": {}, "state": {}}, receive=_no_body)

    @property
    @override
    def app(self) -> NoReturn:
        raise RuntimeError("request.app is not there: an answer outlives its request. Import your app, or its state.")

    @override
    def url_for(self, name: str, /, **path_params: Any) -> URL:
        """An address of the app that ChatKit Link is mounted in, or that it serves beside itself."""
        try:
            return super().url_for(name, **path_params)
        except (NoMatchFound, RuntimeError) as error:
            raise RuntimeError(
                f"request.url_for({name!r}): there is no such route. Routes of an app of your own are there "
                "if it is served with ChatKit Link: chatkit-link serve --app package.main:app."
            ) from error


def _text(value: Any) -> Any:
    return value.decode("latin-1") if isinstance(value, bytes) else value


async def _no_body() -> NoReturn:
    raise RuntimeError("The body of this request was read by ChatKit Link, and is gone: the message is in the thread.")
