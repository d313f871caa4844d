"""What the routes of OpenAI's API answer to what they refuse, as the unmodified openai packages take it."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI

from chatkit_link.errors import (
    BudgetUsedUp,
    Conflict,
    Forbidden,
    LinkError,
    NotFound,
    OverQuota,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    Upstream,
)
from chatkit_link.http.problems import install_problems
from tests.agents.sidecar.served import PACKAGES
from tests.openai_api.conftest import KEY
from tests.sdk_server import serve

BETA = {"OpenAI-Beta": "chatkit_beta=v1"}
WORKFLOW = {"id": "echo"}


def without(**given: Any) -> dict[str, Any]:
    return {"user": "ada", "workflow": WORKFLOW} | given


@pytest.mark.parametrize(
    ("body", "param", "code", "message"),
    [
        ({"workflow": WORKFLOW}, "user", "missing_required_parameter", "Missing required parameter: 'user'."),
        ({"user": "ada"}, "workflow", "missing_required_parameter", "Missing required parameter: 'workflow'."),
        (without(workflow={}), "workflow.id", "missing_required_parameter",
         "Missing required parameter: 'workflow.id'."),
        (without(surprise=1), "surprise", "unknown_parameter", "Unknown parameter: 'surprise'."),
        (without(workflow=WORKFLOW | {"isValid": True}), "workflow.isValid", "unknown_parameter",
         "Unknown parameter: 'workflow.isValid'."),
        (without(user=7), "user", "invalid_type",
         "Invalid type for 'user': expected a string, but got an integer instead."),
        (without(workflow="echo"), "workflow", "invalid_type",
         "Invalid type for 'workflow': expected an object, but got a string instead."),
        (without(workflow=WORKFLOW | {"state_variables": {"tier": ["gold"]}}), "workflow.state_variables.tier",
         "invalid_type",
         ("Invalid type for 'workflow.state_variables.tier': "
          "expected a boolean, a number or a string, but got an array instead.")),
        (without(workflow=WORKFLOW | {"state_variables": {str(n): 1 for n in range(101)}}), "workflow.state_variables",
         "invalid_value", "Invalid 'workflow.state_variables': at most 100 state variables."),
        (without(workflow={"id": ""}), "workflow.id", "string_below_min_length",
         "Invalid 'workflow.id': string too short. Expected a string with minimum length 1."),
        (without(workflow={"id": "x" * 201}), "workflow.id", "string_above_max_length",
         "Invalid 'workflow.id': string too long. Expected a string with maximum length 200."),
        (without(user=" "), "user", "invalid_value",
         "Invalid 'user': expected 1 to 255 visible characters, without spaces at the ends."),
        (without(expires_after={"anchor": "created_at", "seconds": 10**6}), "expires_after.seconds",
         "integer_above_max_value",
         "Invalid 'expires_after.seconds': integer above maximum value. Expected a value <= 86400."),
        (without(expires_after={"anchor": "later", "seconds": 1}), "expires_after.anchor", "invalid_value",
         "Invalid value for 'expires_after.anchor'. Supported values are: 'created_at'."),
        (without(rate_limits={"max_requests_per_1_minute": 0}), "rate_limits.max_requests_per_1_minute",
         "integer_below_min_value",
         "Invalid 'rate_limits.max_requests_per_1_minute': integer below minimum value. Expected a value >= 1."),
        (without(chatkit_configuration={"history": {"recent_threads": "many"}}),
         "chatkit_configuration.history.recent_threads", "invalid_type",
         ("Invalid type for 'chatkit_configuration.history.recent_threads': "
          "expected an integer, but got a string instead.")),
    ],
)  # fmt: skip
async def test_invalid_input_is_a_bad_request_that_names_the_parameter(
    client: AsyncOpenAI, body: dict[str, Any], param: str, code: str, message: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.post("/chatkit/sessions", cast_to=object, body=body, options={"headers": BETA})
    assert refused.value.body == {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    assert (refused.value.param, refused.value.code, refused.value.type) == (param, code, "invalid_request_error")
    assert refused.value.request_id


async def ask(link: str, method: str, path: str, key: str | None = KEY, **given: Any) -> tuple[int, dict[str, Any]]:
    headers = given.pop("headers", BETA) | ({"Authorization": f"Bearer {key}"} if key else {})
    async with httpx2.AsyncClient(base_url=link, headers=headers) as http:
        answer = await http.request(method, path, **given)
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("content", [b"{", b"", b"\xff", b'{"user": "ada",}'])
async def test_a_body_that_is_no_json_is_told_so(link: str, content: bytes) -> None:
    status, error = await ask(link, "POST", "/v1/chatkit/sessions", content=content)
    assert (status, error["type"], error["param"], error["code"]) == (400, "invalid_request_error", None, None)
    assert error["message"] == "We could not parse the JSON body of your request."


async def test_a_body_that_is_no_object_is_told_so(link: str) -> None:
    status, error = await ask(link, "POST", "/v1/chatkit/sessions", json=[1])
    assert (status, error["code"]) == (400, "invalid_type")
    assert error["message"] == "Invalid type for the body: expected an object, but got an array instead."


@pytest.mark.parametrize(
    "path", ["/v1/chatkit", "/v1/chatkit/nothing", "/v1/responses", "/v1/", "/v1/chatkit/sessions/x"]
)
async def test_an_unknown_path_is_answered_in_openai_s_shape(link: str, path: str) -> None:
    for key in (KEY, None):
        status, error = await ask(link, "POST", path, key)
        assert (status, error) == (
            404,
            {"message": f"Invalid URL (POST {path})", "type": "invalid_request_error", "param": None, "code": None},
        )


async def test_another_method_is_answered_in_openai_s_shape(link: str) -> None:
    status, error = await ask(link, "PUT", "/v1/chatkit/sessions")
    assert (status, error["message"]) == (405, "Invalid method for URL (PUT /v1/chatkit/sessions)")
    assert error["type"] == "invalid_request_error"


async def test_a_wrong_key_and_none_are_told_apart_and_neither_is_quoted(link: str) -> None:
    status, error = await ask(link, "GET", "/v1/chatkit/threads", "sk-somebody-else", headers={})
    assert (status, error["type"], error["code"]) == (401, "invalid_request_error", "invalid_api_key")
    assert "sk-somebody" not in json.dumps(error)
    status, error = await ask(link, "GET", "/v1/chatkit/threads", None, headers={})
    assert (status, error["code"]) == (401, None)


@pytest.mark.parametrize("headers", [{}, {"OpenAI-Beta": "assistants=v2"}])
async def test_the_beta_header_is_asked_for(link: str, headers: dict[str, str]) -> None:
    for method, path in (("POST", "/v1/chatkit/sessions"), ("GET", "/v1/chatkit/threads")):
        status, error = await ask(link, method, path, headers=headers)
        assert (status, error["type"], error["code"]) == (400, "invalid_request_error", "invalid_beta")
        assert "OpenAI-Beta: chatkit_beta=v1" in error["message"]


async def test_more_than_one_beta_is_fine(link: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "assistants=v2, chatkit_beta=v1"}
    async with httpx2.AsyncClient(base_url=link, headers=headers) as http:
        assert (await http.get("/v1/chatkit/threads")).status_code == 200


async def test_the_rest_of_the_server_keeps_its_own_shape(link: str) -> None:
    async with httpx2.AsyncClient(base_url=link) as http:
        answer = await http.post("/v2/chatkit")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


#: Path -> what is raised, and the class and the code that a client gets.
ERRORS: dict[str, tuple[LinkError, str, str | None]] = {
    "bad": (Unprocessable("no"), "BadRequestError", "unprocessable"),
    "key": (Unauthenticated("no"), "AuthenticationError", "invalid_api_key"),
    "forbidden": (Forbidden("no"), "PermissionDeniedError", "not_allowed"),
    "missing": (NotFound("no"), "NotFoundError", "not_found"),
    "conflict": (Conflict("no"), "ConflictError", "conflict"),
    "rate": (TooManyRequests("no", retry_after=1), "RateLimitError", "rate_limit_exceeded"),
    "budget": (BudgetUsedUp("no", retry_after=1), "RateLimitError", "insufficient_quota"),
    "quota": (OverQuota("no"), "RateLimitError", "insufficient_quota"),
    "upstream": (Upstream("no"), "InternalServerError", "upstream_failed"),
    "unavailable": (Unavailable("no"), "InternalServerError", "unavailable"),
}


@pytest.fixture(scope="module")
async def refusing() -> AsyncIterator[str]:
    """A server that raises each of our errors below OpenAI's path."""
    app = FastAPI()
    install_problems(app)

    @app.get("/v1/chatkit/threads/{thread_id}")
    async def refuse(thread_id: str) -> None:
        raise ERRORS[thread_id][0]

    async with serve(app) as address:
        yield address


async def test_each_error_is_the_class_that_the_python_package_promises(refusing: str) -> None:
    async with AsyncOpenAI(base_url=f"{refusing}/v1", api_key="any", max_retries=0) as client:
        for path, (_, name, code) in ERRORS.items():
            with pytest.raises(openai.APIStatusError) as refused:
                await client.beta.chatkit.threads.retrieve(path)
            assert (type(refused.value).__name__, refused.value.code) == (name, code), path
            assert "no" in refused.value.message


NODE = """
import OpenAI from 'openai';
const [address, paths] = process.argv.slice(1);
const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'any', maxRetries: 0 });
const found = {};
for (const path of JSON.parse(paths)) {
  await client.beta.chatkit.threads.retrieve(path).catch((error) => {
    found[path] = [error.constructor.name, error.code, error.type, error.param];
  });
}
console.log(JSON.stringify(found));
"""


@pytest.mark.skipif(
    shutil.which("node") is None or not (PACKAGES / "node_modules" / "openai").is_dir(),
    reason="the Node packages of tests/agents/sidecar/packages are not installed: run make test",
)
async def test_each_error_is_the_class_that_the_node_package_promises(refusing: str) -> None:
    arguments = ["node", "--input-type=module", "-e", NODE, "--", refusing, json.dumps(list(ERRORS))]
    process = await asyncio.create_subprocess_exec(*arguments, cwd=PACKAGES, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(30):
        output, _ = await process.communicate()
    found = json.loads(output)
    assert {path: given[:2] for path, given in found.items()} == {
        path: [name, code] for path, (_, name, code) in ERRORS.items()
    }
