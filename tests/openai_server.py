"""A local stand-in for OpenAI's ChatKit addresses, for whom the openai package is a client like any other.

It checks what it is sent: the header of the beta, the key, and the body against the package's own types, and
answers with the package's own models. The key chooses what goes wrong, the workflow too: see ``KEYS`` and
``WORKFLOWS``. ``python -m tests.openai_server PORT`` runs it by itself, for tests in a browser.
"""

import asyncio
import sys
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from openai.types.beta import ChatKitWorkflow
from openai.types.beta.chatkit import ChatSession
from openai.types.beta.chatkit.session_create_params import SessionCreateParams
from pydantic import TypeAdapter, ValidationError

from tests.openai_threads import OpenAIThreads
from tests.sdk_server import serve

#: A key -> status, code, headers. Any other key that begins with sk-good is taken.
KEYS: dict[str, tuple[int, str, dict[str, str]]] = {
    "sk-wrong-0000": (401, "invalid_api_key", {}),
    "sk-forbidden-0000": (403, "missing_scope", {}),
    "sk-noquota-0000": (429, "insufficient_quota", {}),
    "sk-busy-0000": (429, "rate_limit_exceeded", {"retry-after": "7"}),
    "sk-down-0000": (503, "server_error", {}),
}
#: Any other workflow runs.
WORKFLOWS: dict[str, tuple[int, str, str]] = {
    "wf_unknown": (404, "not_found", "No workflow found with that id"),
    "wf_unpublished": (400, "invalid_request_error", "The workflow has no published version"),
    "wf_gone": (404, "deprecated", "Agent Builder has been shut down"),
}
SESSION_PARAMS: TypeAdapter[Any] = TypeAdapter(SessionCreateParams)


@dataclass
class OpenAIServer:
    """requests: path, headers and body of each. failures: statuses that come first, whatever is asked."""

    address: str = ""
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    sessions: dict[str, ChatSession] = field(default_factory=dict)
    hang: bool = False
    hosted: OpenAIThreads = field(default_factory=OpenAIThreads)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chatkit/sessions")
        async def create(request: Request) -> Response:
            body = await request.json()
            if (refusal := await self.refusal(request, body)) is not None:
                return refusal
            if (wrong := misfit(SESSION_PARAMS, body)) is not None:
                return failure(400, "invalid_request_error", wrong)
            if found := WORKFLOWS.get(body["workflow"]["id"]):
                return failure(*found)
            session = new_session(body)
            self.sessions[session.id] = session
            return JSONResponse(session.model_dump(mode="json"))

        @app.post("/v1/chatkit/sessions/{session_id}/cancel")
        async def cancel(request: Request, session_id: str) -> Response:
            if (refusal := await self.refusal(request, None)) is not None:
                return refusal
            if session_id not in self.sessions:
                return failure(404, "not_found", "No such session")
            self.sessions[session_id].status = "cancelled"
            return JSONResponse(self.sessions[session_id].model_dump(mode="json"))

        self.hosted.install(app, self.refusal)
        return app

    async def refusal(self, request: Request, body: Any) -> Response | None:
        self.requests.append((request.url.path, dict(request.headers), body))
        if self.hang:
            await asyncio.Event().wait()
        if self.failures:
            return failure(self.failures.pop(0), "server_error", "try again")
        if request.headers.get("openai-beta") != "chatkit_beta=v1":
            return failure(400, "invalid_beta", "You must send OpenAI-Beta: chatkit_beta=v1")
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key in KEYS:
            status, code, headers = KEYS[key]
            return failure(status, code, f"Incorrect API key provided: {key}", headers)
        if not key.startswith("sk-good"):
            return failure(401, "invalid_api_key", f"Incorrect API key provided: {key}")
        return None


def misfit(types: TypeAdapter[Any], body: Any) -> str | None:
    """What is wrong with a body: a type, or a field that the package does not know."""
    try:
        known = types.validate_python(body)
    except ValidationError as error:
        return f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
    return None if known == body else f"unknown fields in {body}"


def failure(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {"error": {"message": message, "type": code, "code": code, "param": None}}
    return JSONResponse(body, status, headers)


def new_session(body: dict[str, Any]) -> ChatSession:
    """As OpenAI fills up what was left out."""
    wanted: dict[str, Any] = body.get("chatkit_configuration") or {}
    workflow: dict[str, Any] = {"tracing": {"enabled": True}, **body["workflow"]}
    rate = (body.get("rate_limits") or {}).get("max_requests_per_1_minute", 10)
    return ChatSession.model_validate(
        {
            "id": f"cksess_{uuid.uuid4().hex}",
            "object": "chatkit.session",
            "client_secret": f"ek_{uuid.uuid4().hex}",
            "expires_at": int(time.time()) + (body.get("expires_after") or {}).get("seconds", 600),
            "status": "active",
            "user": body["user"],
            "workflow": ChatKitWorkflow.model_validate(workflow),
            "max_requests_per_1_minute": rate,
            "rate_limits": {"max_requests_per_1_minute": rate},
            "chatkit_configuration": {
                "automatic_thread_titling": {"enabled": True, **wanted.get("automatic_thread_titling", {})},
                "file_upload": {
                    "enabled": False, "max_files": 10, "max_file_size": 512, **wanted.get("file_upload", {})
                },
                "history": {"enabled": True, "recent_threads": None, **wanted.get("history", {})},
            },
        }
    )  # fmt: skip


@asynccontextmanager
async def openai_server() -> AsyncGenerator[OpenAIServer]:
    server = OpenAIServer()
    async with serve(server.app()) as address:
        server.address = address
        yield server


if __name__ == "__main__":
    uvicorn.run(OpenAIServer().app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
