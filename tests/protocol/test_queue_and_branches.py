"""Messages that are sent or edited while an answer is written, in threads that have branches."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.protocol.gated_agents import GATES
from tests.protocol.queue_user import SECRET, User, until

CATALOG = "\n".join(
    f'[agents.{strategy}]\ntarget = "tests.protocol.gated_agents:gated"\nwhile_answering = "{strategy}"\n'
    for strategy in ("enqueue", "interrupt", "rollback")
)


@pytest.fixture(scope="module")
async def address(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    config = tmp_path_factory.mktemp("queue") / "chatkit-link.toml"
    config.write_text(CATALOG)
    async with running(make_settings(config=config, jwt_secret=SECRET)) as address:
        yield address


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=60, trust_env=False) as http:
        yield http


class Editor(User):
    async def edit(self, edited: dict[str, Any], text: str) -> httpx2.Response:
        body = self.body(text) | {"metadata": {"chatkit_link": {"queue": True, "edits": edited["id"]}}}
        return await self._http.post(f"{self.address}/chatkit/{self.agent}", json=body, headers=self.headers)

    async def branches(self, method: str = "GET", **given: Any) -> list[list[str]]:
        address = f"{self.address}/chatkit/threads/{self.thread}/branches"
        response = await self._http.request(method, address, headers=self.headers, **given)
        return [place["siblings"] for place in response.raise_for_status().json()["branches"]]


@pytest.fixture
def user_of(address: str, http: httpx2.AsyncClient) -> Callable[..., Editor]:
    return lambda agent: Editor(http, address, agent)


async def test_an_edit_does_not_wait_in_the_queue(user_of: Callable[..., Editor]) -> None:
    ada = user_of("enqueue")
    async with ada.begun(ada.text("hold")):
        refused = await ada.edit((await ada.items())[0], ada.text("other"))
        assert (refused.status_code, refused.json()["code"]) == (409, "thread_busy")
        assert await ada.queued() == []
        GATES[ada.text("hold")].set()
    await until(ada.idle)
    assert await ada.conversation() == ["hold", "begun and done: hold"]


@pytest.mark.parametrize("agent", ["interrupt", "rollback"])
async def test_an_edit_stops_the_answer_which_is_kept_with_the_former_version(
    user_of: Callable[..., Editor], agent: str
) -> None:
    ada = user_of(agent)
    async with ada.begun(ada.text("hold")):
        question, *_ = await ada.items()
        unknown = await ada.edit({"id": "msg_none"}, ada.text("other"))
        assert (unknown.status_code, await ada.idle()) == (404, False), "nothing was stopped for it"
        assert (await ada.edit(question, ada.text("other"))).status_code == 200
    assert await ada.conversation() == ["other", "begun and done: other"]
    ((former, _),) = await ada.branches()
    await ada.branches("POST", json={"item_id": former})
    assert await ada.conversation() == ["hold", "begun "]


async def test_rollback_takes_back_a_version_and_leaves_the_former_one(user_of: Callable[..., Editor]) -> None:
    ada = user_of("rollback")
    async with ada.begun(ada.text("hold")):
        GATES[ada.text("hold")].set()
    await until(ada.idle)
    question, *_ = await ada.items()
    body = ada.body(ada.text("hold again")) | {"metadata": {"chatkit_link": {"edits": question["id"]}}}
    async with ada._http.stream(  # pyright: ignore[reportPrivateUsage]
        "POST", f"{ada.address}/chatkit/rollback", json=body, headers=ada.headers
    ) as response:
        async for line in response.aiter_lines():
            if "begun" in line:
                break
        assert (await ada.post(ada.text("instead"))).status_code == 200
    assert await ada.conversation() == ["instead", "begun and done: instead"]
    ((former, _),) = await ada.branches()
    assert former == question["id"]
    await ada.branches("POST", json={"item_id": former})
    assert await ada.conversation() == ["hold", "begun and done: hold"]


async def test_what_waits_is_sent_on_the_branch_that_is_displayed(user_of: Callable[..., Editor]) -> None:
    ada = user_of("enqueue")
    async with ada.begun(ada.text("hold")):
        GATES[ada.text("hold")].set()
    await until(ada.idle)
    question, *_ = await ada.items()
    GATES[ada.text("hold other")].clear()
    body = ada.body(ada.text("hold other")) | {"metadata": {"chatkit_link": {"edits": question["id"]}}}
    async with ada._http.stream(  # pyright: ignore[reportPrivateUsage]
        "POST", f"{ada.address}/chatkit/enqueue", json=body, headers=ada.headers
    ) as response:
        async for line in response.aiter_lines():
            if "begun" in line:
                break
        await ada.queue_up(ada.text("next"))
        GATES[ada.text("hold other")].set()
    await until(ada.idle)
    assert (await ada.conversation())[::2] == ["hold other", "next"]
    await ada.branches("POST", json={"item_id": question["id"]})
    assert await ada.conversation() == ["hold", "begun and done: hold"]
