"""A model and a tool are chosen in the browser: only what the agent's list has counts, wherever it is asked."""

from typing import Any

import httpx2
import pytest

from tests.limits.users import new_input

FAST = {"model": "fast", "tool_choice": {"id": "lookup"}}


async def post(http: httpx2.AsyncClient, server: str, agent: str, kind: str, **params: Any) -> httpx2.Response:
    return await http.post(f"{server}/chatkit/{agent}", json={"type": kind, "params": params})


def choosing(**options: Any) -> dict[str, Any]:
    return new_input() | {"inference_options": options}


@pytest.mark.parametrize("agent", ["echo", "picky-guest"])  # a function, and a ChatKitServer class with a list
@pytest.mark.parametrize(
    ("options", "status", "word"),
    [
        (FAST, 200, ""),
        ({}, 200, ""),
        ({"model": "slow"}, 422, "model"),
        ({"model": "FAST"}, 422, "model"),
        ({"model": "fast "}, 422, "model"),
        ({"model": ""}, 422, "model"),
        ({"tool_choice": {"id": "rm"}}, 422, "tool"),
        ({"model": "fast", "tool_choice": {"id": ""}}, 422, "tool"),
    ],
    ids=str,
)
async def test_only_what_is_offered_can_be_chosen(
    server: str, agent: str, options: dict[str, Any], status: int, word: str
) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await post(http, server, agent, "threads.create", input=choosing(**options))
        assert answer.status_code == status
        if word:
            assert answer.json()["detail"] == f"This assistant does not offer that {word}."
            listed = await post(http, server, agent, "threads.list")
            assert listed.json()["data"] == []


async def test_a_choice_that_was_made_elsewhere_is_checked_again_when_it_is_tried_again(server: str) -> None:
    """The message was stored through one agent's address; another agent offers nothing of that."""
    async with httpx2.AsyncClient(timeout=60) as http:
        made = await post(http, server, "echo", "threads.create", input=choosing(**FAST))
        thread_id = made.text.split('"id":"thr_')[1].split('"')[0]
        message_id = made.text.split('"id":"msg_')[1].split('"')[0]
        place = {"thread_id": f"thr_{thread_id}", "item_id": f"msg_{message_id}"}
        assert (await post(http, server, "secretive", "threads.retry_after_item", **place)).status_code == 422
        assert (await post(http, server, "echo", "threads.retry_after_item", **place)).status_code == 200
