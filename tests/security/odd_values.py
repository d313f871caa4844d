"""What no client of ours sends: numbers beyond JSON, NUL, halves of characters, odd headers, in every place."""

import base64
import hashlib
import hmac
import json
import random
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.limits.users import SECRET, new_input
from tests.routes import Asked

#: In the place of a value of a JSON body, as bytes, since not all of them are JSON.
JSON_VALUES = (
    b"1e999", b"-1e999", b"1e400", b"1E+9999", b"1e99999999999999999999", b"NaN", b"Infinity", b"-Infinity", b"9" * 400,
    b"-" + b"9" * 5000, b"0.1e-9999", b"1." + b"1" * 5000, b"-0", b"01", b"+1", b"0x10", b"[" * 70 + b"]" * 70,
    b"[" * 5000, b'{"a":' * 300 + b"1" + b"}" * 300, b'{"a":1,"a":2}', b'{"\\u0000":"\\u0000"}', b'{"\\ud800":1}',
    b'"\\u0000"', b'"\\ud83d"', b'"\\udc00\\ud83d"', b'"\xed\xa0\x80"', b'"\xc0\xaf"', b'"\xf4\x90\x80\x80"', b'"\x00"',
    b'"\x01\x1f"', b'"\\u200b"', b'""', b'" "', b"null", b"true", b"[]", b"{}", b"[1e999]", b'{"a":[NaN,{"b":1e999}]}',
    b'"' + b"x" * 20_000 + b'"', '"\u202e"'.encode(), b'"1e999"', b'"NaN"',
)  # fmt: skip
#: In the place of a path's or a query's part, as it is in the address.
URL_VALUES = (
    "%00", "a%00b", "%ED%A0%80", "%C0%AF", "%FF", "%0A", "%0D%0AX: y", "%7F", "%E2%80%AE", "%F4%90%80%80", "%", "%zz",
    "%2500", "x" * 5000, "9" * 5000, "-9" + "9" * 400, "-1", "0", "1e999", "NaN", "inf", "%C2%B2", "%D9%A3", "..%2F..",
    "%2e%2e", "cur_W251bGwsMV0", "cur_WzFlOTk5LCJhIl0", "cur_WzEsIlx1MDAwMCJd", "cur_W05hTiwieCJd", "true", "",
)  # fmt: skip
HEADER_VALUES = (
    b"\x00", b"a\x00b", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xb2", b"\x01", b"x" * 5000, b"9" * 5000, b"-1",
    b"1e999", b"NaN", b"%00", b"=?utf-8?q?x?=", b";=;,", b"bytes=9999999999999999999999-", b"", b" ", b"a\tb",
    b"Bearer \x80", b"null", b"[::1", b"*", b"a,b;q=1e999", b"multipart/form-data; boundary=\xff",
    b"multipart/form-data", b"en;q=NaN", b"Europe/\xb2", b"../../etc/localtime",
)  # fmt: skip
HEADERS = (
    "Accept-Language", "Authorization", "Content-Length", "Content-Type", "Cookie", "Host", "Idempotency-Key",
    "If-None-Match", "If-Range", "Last-Event-ID", "OpenAI-Beta", "Origin", "Range", "Referer", "Sec-Fetch-Site",
    "X-ChatKit-Link", "X-ChatKit-Tenant", "X-ChatKit-User", "X-ChatKit-Visitor", "X-Forwarded-For", "X-Forwarded-Host",
    "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-Request-Id", "X-Time-Zone",
)  # fmt: skip
_PLACE = "(here)"
_FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--b--\r\n'


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    headers: tuple[tuple[str, bytes], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path[:300]} {self.headers} {self.body[:600]!r}"


def bodies(thread: str, item: str, agent: str) -> list[tuple[str, str, Any]]:
    """Requests that are taken: method, address and body."""
    on = {"thread_id": thread}
    state = {"a": "b", "n": 1, "f": 1.5, "t": True}
    action = {"type": "x", "payload": {"a": [1, {"b": 2.5}]}}
    tag = {"type": "input_tag", "id": "t", "text": "x", "data": {"a": 1}, "group": None, "interactive": False}
    message = new_input("odd")
    chatkit: list[tuple[str, Any]] = [
        ("threads.create", {"input": message}),
        ("threads.create", {"input": {**message, "content": [*message["content"], tag], "quoted_text": "q"}}),  # type: ignore[misc]
        ("threads.add_user_message", on | {"input": message}),
        ("threads.retry_after_item", on | {"item_id": item}),
        ("threads.custom_action", on | {"item_id": item, "action": action}),
        ("threads.sync_custom_action", on | {"item_id": item, "action": action}),
        ("threads.add_client_tool_output", on | {"result": {"a": [1.5, "x"]}}),
        ("threads.add_structured_input", on | {"item_id": item, "input": {"answers": {"q": {"values": ["a"]}}}}),
        ("items.feedback", on | {"item_ids": [item], "kind": "positive"}),
        ("items.list", on | {"limit": 2, "after": item, "order": "desc"}),
        ("threads.list", {"limit": 2, "after": thread, "order": "asc"}),
        ("threads.update", on | {"title": "A title"}),
        ("threads.get_by_id", on),
        ("attachments.create", {"name": "a.txt", "size": 3, "mime_type": "text/plain"}),
        ("input.transcribe", {"audio_base64": "AAAA", "mime_type": "audio/webm"}),
    ]
    session = {"user": "u", "workflow": {"id": agent, "state_variables": state, "version": "1"}}
    limits = {"rate_limits": {"max_requests_per_1_minute": 3}, "expires_after": {"anchor": "created_at", "seconds": 9}}
    shape = {
        "chatkit_configuration": {"file_upload": {"enabled": True, "max_files": 2}, "history": {"recent_threads": 3}}
    }
    return [
        *(
            ("POST", f"/chatkit/{agent}", {"type": kind, "params": params, "metadata": {"m": 1.5}})
            for kind, params in chatkit
        ),
        ("POST", "/v1/chatkit/sessions", session | limits | shape),
        ("POST", "/api/chatkit/session", {"workflow": session["workflow"], "client_secret": "x"} | shape),
        ("PUT", f"/api/threads/{thread}/status", {"type": "locked", "reason": "why"}),
        ("POST", "/visitor", {"former": "x", "page": "https://a.example"}),
        ("POST", "/api/create-session", {"workflow": {"id": "wf_x", "state_variables": state}, "user": "u"}),
        ("POST", "/api/refresh-session", {"client_secret": "x"}),
    ]


Headers = list[tuple[str, bytes]]


def odd_requests(
    routes: list[Asked], good: list[tuple[str, str, Any]], users: list[Headers], servers: list[Headers], seed: int
) -> Iterator[Sent]:
    """Requests without end, each of which has one odd value, and now and then two.

    users, servers: headers that say who is asking; those of the second have the server key.
    """
    chance = random.Random(seed)
    names = sorted({name for asked in routes for name in asked.query} | {"agent", "q"})
    while True:
        where = chance.choice(("body", "body", "path", "query", "header", "form", "token"))
        method, path, body = chance.choice(good)
        asked = chance.choice(routes)
        content = b""
        if where in ("body", "header", "token"):
            content = json.dumps(body).encode()
        if where == "body" or chance.random() < 0.05:
            content = json.dumps(_with_a_hole(body, chance)).encode()
            content = content.replace(f'"{_PLACE}"'.encode(), chance.choice(JSON_VALUES))
            if chance.random() < 0.05:
                content = chance.choice(
                    [b"\xef\xbb\xbf" + content, content.decode("utf-8", "replace").encode("utf-16")]
                )
        elif where in ("path", "query"):
            method, path = asked.method, _filled(asked.template, chance if where == "path" else None)
            content = json.dumps(body).encode() if method in ("POST", "PUT") else b""
        if where == "query":
            name = chance.choice(sorted(asked.query) or names)
            path += f"?{name}={chance.choice(URL_VALUES)}&{chance.choice(URL_VALUES) or 'x'}=1"
        for_servers = path.startswith(("/v1/", "/api/threads/")) != (chance.random() < 0.2)
        headers = [*chance.choice(servers if for_servers else users), ("OpenAI-Beta", b"chatkit_beta=v1")]
        if where == "form":
            method, path = "POST", "/files"
            name, text = (chance.choice((*HEADER_VALUES, b"a.txt", b"%00")) for _ in range(2))
            content = _FORM % (name.replace(b"\n", b""), text)
            headers.append(("Content-Type", b"multipart/form-data; boundary=b"))
        if where == "header":
            headers.append((chance.choice(HEADERS), chance.choice(HEADER_VALUES)))
        if where == "token":
            headers = [("Authorization", b"Bearer " + _token(chance))]
        yield Sent(method, path, tuple(headers), content)


def _with_a_hole(value: Any, chance: random.Random) -> Any:
    """The same value with the mark in the place of one of its parts."""
    if isinstance(value, dict) and value and chance.random() < 0.95:
        key = chance.choice(list(value))
        return {**value, key: _with_a_hole(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.95:
        at = chance.randrange(len(value))
        return [*value[:at], _with_a_hole(value[at], chance), *value[at + 1 :]]
    return _PLACE


def _filled(template: str, chance: random.Random | None) -> str:
    parts = template.split("/")
    return "/".join(
        (chance.choice(URL_VALUES) if chance else "thr_x") if part.startswith("{") else part for part in parts
    )


def _token(chance: random.Random) -> bytes:
    """A signed token whose claims, or whose head, have an odd value."""
    head: dict[str, Any] = {"alg": "HS256", "typ": "JWT"}
    claims = {
        "sub": "odd",
        "org": "odd",
        "exp": int(time.time()) + 600,
        "nbf": 1,
        "iat": 1,
        "email": "a@b",
        "name": "x",
    }
    parts = [json.dumps(head).encode(), json.dumps(claims).encode()]
    at = chance.choice((0, 1, 1, 1))
    odd = _with_a_hole((head, claims)[at], chance)
    parts[at] = json.dumps(odd).encode().replace(f'"{_PLACE}"'.encode(), chance.choice(JSON_VALUES))
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    return signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")


def exchange(address: str, sent: Sent) -> bytes:
    """The bytes of the answer: over a socket, as no client package would send these."""
    url = urlsplit(address)
    named = {name.lower() for name, _ in sent.headers}
    lines = [f"{sent.method} {sent.path} HTTP/1.1".encode("latin-1", "replace")]
    lines += [name.encode() + b": " + value for name, value in sent.headers]
    lines += [b"Host: " + url.netloc.encode()] if "host" not in named else []
    lines += [b"Content-Type: application/json"] if sent.body and "content-type" not in named else []
    lines += [b"Content-Length: %d" % len(sent.body)] if "content-length" not in named else []
    with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
        connection.sendall(b"\r\n".join([*lines, b"Connection: close", b"", sent.body]))
        pieces: list[bytes] = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)
