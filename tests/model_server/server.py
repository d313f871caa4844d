"""The server: each request is checked as its profile does, remembered, and answered by the next step of the script."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.model_server import completions, responses, validation
from tests.model_server.checks import check_completions, check_responses, check_schema, check_size
from tests.model_server.dropped import Dropped, Stream
from tests.model_server.failures import Refused, failure, invalid
from tests.model_server.families import Family, family_of
from tests.model_server.history import Memory
from tests.model_server.peculiarities import Conversation
from tests.model_server.profiles import PROFILES, Api, Profile
from tests.model_server.requests import check_key, json_body
from tests.model_server.steps import Cut, Drop, Fail, Failed, Page, Raw, Say, Step, ending, flatten
from tests.model_server.transcriptions import AUDIO_USAGE, MODELS, read_form
from tests.model_server.vector_stores import search_results, vector_store
from tests.sdk_server import serve

#: What OpenAI lists, and when it ends: openai/types/shared/chat_model.py of the installed package.
LISTED = {
    "gpt-5.6-sol": None, "gpt-5.6-terra": None, "gpt-5.6-luna": None, "gpt-5.5": None, "gpt-5.4": None,
    "gpt-5.4-mini": None, "gpt-5.4-nano": "2027-04-01", "gpt-5.2": None, "gpt-5.1": "2027-04-01",
    "gpt-5": "2026-12-11", "gpt-5-mini": "2026-12-11", "gpt-5-nano": "2026-12-11", "o3": "2026-12-11",
    "gpt-4.1": "2027-01-14", "gpt-4.1-mini": "2027-01-14", "gpt-4o": "2027-01-14", "gpt-4o-mini": "2027-01-14",
}  # fmt: skip


@dataclass
class Refusal:
    """What the server refused by rule, with the body of the request if it could be read."""

    status: int
    code: str | None
    param: str | None
    message: str
    body: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code or ''} at {self.param or '-'}: {self.message}"


@dataclass
class ModelServer:
    """A scripted model. ``requests`` has the bodies of all requests, also of those that were refused.

    context: tokens that fit; None for what the model's family has. models: the names that are served, each with the
    date of its end or None. deployments: names of Azure's kind, each with the model that it is.
    expect_refusals: refusals are what the test is about.
    """

    script: list[Step]
    profile: Profile = PROFILES["openai"]
    context: int | None = None
    key: str | None = None
    models: dict[str, str | None] | None = None
    deployments: dict[str, str] = field(default_factory=dict)
    expect_refusals: bool = False
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)
    audio_usage: dict[str, Any] = field(default_factory=lambda: dict(AUDIO_USAGE))
    #: Vector store -> what a search in it finds: id, name and score; and the searches that were made.
    files: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)
    searches: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    conversation: Conversation = field(default_factory=Conversation)
    answered: int = 0
    #: Events that this server should not have sent.
    faults: list[Exception] = field(default_factory=list)
    #: So that no two servers give the same id.
    nonce: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        return self.script.pop(0) if self.script else Say("nothing more to say")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/responses", self.create_response, methods=["POST"]),
                Route("/v1/chat/completions", self.create_completion, methods=["POST"]),
                Route("/v1/models", self.list_models),
                Route("/v1/models/{model:path}", self.get_model),
                Route("/v1/vector_stores/{store}/search", self.search, methods=["POST"]),
                Route("/v1/vector_stores/{store}", self.get_store),
                Route("/v1/audio/transcriptions", self.transcriptions, methods=["POST"]),
            ],
            exception_handlers={404: self.unknown_url, 405: self.unknown_url, Refused: self.refuse},
        )

    # Refusals

    async def unknown_url(self, request: Request, error: Exception) -> Response:
        message = f"Invalid URL ({request.method} {request.url.path})"
        return await self.refuse(request, invalid(message, None, status=404))

    async def refuse(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        body = getattr(request.state, "body", None)
        if body is not None:
            self.requests.append(body)
        self.refused.append(Refusal(error.status, error.code, error.param, error.message, body))
        if error.in_stream and body is not None and body.get("stream"):
            return Stream(responses.broken_off(responses.Answer(body, Failed(), f"{self.nonce}r"), error))
        return self.error(error)

    def error(self, error: Refused) -> Response:
        body = self.profile.error_body(error) if error.body is None else error.body
        return JSONResponse(body, error.status, headers=error.headers)

    def authorize(self, request: Request) -> None:
        if self.profile.needs_key or self.key is not None:
            check_key(request, self.key)

    def family(self, model: str) -> Family | None:
        """The family whose rules hold; a server that takes any name may know none."""
        if self.models is not None and model not in self.models:
            raise self.profile.no_model(model)
        if self.deployments and model not in self.deployments:
            # https://learn.microsoft.com/azure/ai-foundry/openai/how-to/create-resource ("DeploymentNotFound")
            raise invalid(
                "The API deployment for this resource does not exist.", None, "DeploymentNotFound", status=404
            )
        family = family_of(self.deployments.get(model, model))
        if family is None and self.models is None and not self.profile.any_model:
            raise self.profile.no_model(model)
        return family if self.profile.openai_rules else None

    async def checked(self, request: Request, api: Api) -> dict[str, Any]:
        """The body of a request that this server takes."""
        if api not in self.profile.apis:
            raise invalid(f"Invalid URL ({request.method} {request.url.path})", None, status=404)
        self.authorize(request)
        request.state.body = body = await json_body(request)
        check_schema(body, api, self.profile)
        family = self.family(body["model"]) if "model" in body else None
        check_size(body, api, self.profile, self.context or (family.tokens if family else None))
        if api == "responses":
            check_responses(body, self.profile, family, self.memory)
        else:
            check_completions(body, self.profile, family, self.conversation)
        return body

    # Answers

    async def create_response(self, request: Request) -> Response:
        body = await self.checked(request, "responses")
        step = self.next(body)
        if isinstance(step, Fail | Page):
            return self.instead(step)
        self.answered += 1
        answer = responses.Answer(body, step, f"{self.nonce}{self.answered}x", self.item_thoughts(body))
        if body.get("stream"):
            return Stream(self.watched(self.events(answer)))
        if (other := await self.no_answer(step)) is not None:
            return other
        made = responses.whole(answer)
        self.remember(answer)
        self.validate(validation.check_response, made)
        return JSONResponse(made)

    def item_thoughts(self, body: dict[str, Any]) -> str:
        """OpenAI shows summaries to who asks for them: openai/types/shared_params/reasoning.py."""
        if self.profile.item_thoughts == "summary" and not (body.get("reasoning") or {}).get("summary"):
            return "hidden"
        return self.profile.item_thoughts

    async def events(self, answer: responses.Answer) -> AsyncIterator[str]:
        try:
            async for event in responses.events(answer):
                self.validate(validation.check_event, event)
                yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
        finally:
            self.remember(answer)

    def remember(self, answer: responses.Answer) -> None:
        model = answer.body.get("model", "prompt")
        self.memory.remember(answer.id, model, answer.items, stored=answer.body.get("store") is not False)

    async def create_completion(self, request: Request) -> Response:
        body = await self.checked(request, "chat_completions")
        step = self.next(body)
        if isinstance(step, Fail | Page):
            return self.instead(step)
        assert not isinstance(step, Raw), "only the Responses API has such items"
        self.answered += 1
        completion = completions.Completion(body, step, self.answered, self.profile)
        self.conversation.signatures.add(completion.signature)
        if completion.thoughts:
            self.conversation.thoughtful.update(completion.call(call)["id"] for call in completion.calls)
        if body.get("stream"):
            return Stream(self.watched(self.chunks(completion)))
        if (other := await self.no_answer(step)) is not None:
            return other
        made = completions.whole(completion)
        self.validate(validation.check_completion, made)
        return JSONResponse(made)

    async def chunks(self, completion: completions.Completion) -> AsyncIterator[str]:
        if self.profile.comments:
            yield ": OPENROUTER PROCESSING\n\n"
        async for chunk in completions.chunks(completion):
            self.validate(validation.check_chunk, chunk)
            yield f"data: {json.dumps(chunk)}\n\n"
        if completion.finish is not None and not isinstance(ending(completion.step), Failed):
            yield "data: [DONE]\n\n"

    def instead(self, step: Fail | Page) -> Response:
        return HTMLResponse(step.html) if isinstance(step, Page) else self.error(failure(step))

    async def no_answer(self, step: Step) -> Response | None:
        """What a request that does not stream gets where a stream would break off."""
        for part in flatten(step):
            if isinstance(part, Say) and part.hang:
                await asyncio.Event().wait()
            if isinstance(part, Drop) or (isinstance(part, Cut) and part.reason is None):
                return Stream(nothing())
        if isinstance(step, Failed):
            return self.error(Refused(500, step.message, "server_error", code=step.code))
        return None

    def validate(self, check: Any, made: dict[str, Any]) -> None:
        """Raises when OpenAI would not send this: then this server is at fault, and the test with it."""
        if self.profile.name == "openai":
            try:
                check(made)
            except Exception as fault:
                self.faults.append(fault)
                raise

    async def watched(self, events: AsyncIterator[str]) -> AsyncIterator[str]:
        try:
            async for event in events:
                yield event
        except asyncio.CancelledError:
            self.disconnected.set()
            raise

    # The rest

    def listed(self) -> dict[str, str | None]:
        if self.models is not None:
            return self.models
        return LISTED if self.profile.openai_rules else {"scripted": None}

    def entry(self, name: str, shutdown: str | None) -> dict[str, Any]:
        """As in openai/types/model.py."""
        entry = {"id": name, "object": "model", "created": 1, "owned_by": self.profile.name}
        return entry | {"shutdown_date": shutdown} if self.profile.openai_rules else entry

    async def list_models(self, request: Request) -> Response:
        self.authorize(request)
        data = [self.entry(name, shutdown) for name, shutdown in self.listed().items()]
        return JSONResponse({"object": "list", "data": data})

    async def get_model(self, request: Request) -> Response:
        self.authorize(request)
        name = request.path_params["model"]
        if name not in self.listed():
            raise invalid(f"The model '{name}' does not exist", "model", "model_not_found", status=404)
        return JSONResponse(self.entry(name, self.listed()[name]))

    async def search(self, request: Request) -> Response:
        self.authorize(request)
        body = await json_body(request)
        store = request.path_params["store"]
        self.searches.append((store, body))
        if store not in self.files:
            return self.error(invalid(f"Vector store with id '{store}' not found.", None, status=404))
        return JSONResponse(search_results(body["query"], self.files[store]))

    async def get_store(self, request: Request) -> Response:
        self.authorize(request)
        store = request.path_params["store"]
        if store not in self.files:
            return self.error(invalid(f"Vector store with id '{store}' not found.", None, status=404))
        return JSONResponse(vector_store(store, len(self.files[store])))

    async def transcriptions(self, request: Request) -> Response:
        self.authorize(request)
        request.state.body = form = await read_form(request)
        if not self.profile.any_model and form["model"] not in (self.models or MODELS):
            raise self.profile.no_model(form["model"])
        self.requests.append(form)
        return JSONResponse({"text": "spoken words", "usage": self.audio_usage})

    def settle(self) -> None:
        """Fails the test for what was refused by rule, unless that is what the test is about."""
        if self.faults:
            raise self.faults[0]
        if self.refused and not self.expect_refusals:
            listed = "\n".join(f"- {refusal}" for refusal in self.refused)
            raise AssertionError(f"The model server ({self.profile.name}) refused:\n{listed}")


async def nothing() -> AsyncIterator[str]:
    raise Dropped
    yield ""


@asynccontextmanager
async def model_server(
    *script: Step,
    profile: str | Profile = "openai",
    context: int | None = None,
    key: str | None = None,
    models: Mapping[str, str | None] | None = None,
    deployments: Mapping[str, str] | None = None,
    expect_refusals: bool = False,
) -> AsyncGenerator[ModelServer]:
    """A model server inside the block. Leaving it fails the test if a request was refused by rule.

    A test acknowledges refusals by ``expect_refusals``, here or later on the server, or by clearing ``refused``.
    """
    model = ModelServer(
        list(script),
        profile=PROFILES[profile] if isinstance(profile, str) else profile,
        context=context,
        key=key,
        models=None if models is None else dict(models),
        deployments=dict(deployments or {}),
        expect_refusals=expect_refusals,
    )
    async with serve(model.app()) as address:
        model.address = f"{address}/v1"
        yield model
    model.settle()
