"""What the server lets its demo page load, and tells it."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files.test_storage_claim import at, own_database
from tests.limits.users import SECRET, bearer

assert at and own_database  # fixtures
LOCK = Path(__file__).parents[2] / "examples" / "professor_lock" / "chatkit-link.toml"


def sources(answer: httpx2.Response) -> dict[str, set[str]]:
    parts = (part.split() for part in answer.headers["content-security-policy"].split("; "))
    return {directive: set(allowed) for directive, *allowed in parts}


async def test_the_demo_page_may_load_openais_element_and_the_chat_frame_may_not(server: str) -> None:
    async with httpx2.AsyncClient(base_url=server, timeout=60) as http:
        demo, frame = await http.get("/"), await http.get("/frame.html")
    if demo.status_code == 404:
        pytest.skip("the page is not built here: make build")
    page = sources(demo)
    assert page["script-src"] == {
        "'self'", "https://cdn.platform.openai.com", "https://chatgpt.com", "https://cdn.openai.com",
    }  # fmt: skip
    assert page["frame-src"] == {"'self'", "https://cdn.platform.openai.com"}
    assert page["style-src"] == {"'self'", "'unsafe-inline'", "https://cdn.openai.com"}
    assert page["object-src"] == page["base-uri"] == {"'none'"}
    assert not any(host.endswith("openai.com") for allowed in sources(frame).values() for host in allowed)


async def test_the_page_is_told_where_the_way_out_of_agent_builder_is_described(at: Callable[..., Settings]) -> None:
    async with running(at("one", docs=None)) as address, httpx2.AsyncClient(timeout=60) as http:
        path = (await http.get(f"{address}/api/agents")).json()["way_out"]
        page = await http.get(f"{address}/{path}")
    assert page.status_code == 200
    assert "Agent Builder" in page.text


async def test_where_people_sign_in_the_way_out_can_be_opened_without_a_token(at: Callable[..., Settings]) -> None:
    settings = at("one", docs=None, jwt_secret=SECRET, allow_anonymous=False)
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        told = await http.get(f"{address}/api/agents", headers=bearer("default", "ada"))
        page = await http.get(f"{address}/{told.json()['way_out']}")
    assert page.status_code == 200


async def test_a_server_with_documents_of_its_own_names_no_way_out(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{server}/api/agents")).json()["way_out"] is None


async def test_an_agents_own_notice_does_not_hide_that_there_is_no_model(
    make_settings: Callable[..., Settings],
) -> None:
    own = "For information and entertainment. No bets are placed here. Need help? 1-800-GAMBLER."

    async def notices(language: str, **settings: str) -> dict[str, str | None]:
        async with running(make_settings(config=LOCK, **settings)) as address, httpx2.AsyncClient(timeout=60) as http:
            listed = await http.get(f"{address}/api/agents", headers={"Accept-Language": language})
        return {agent["id"]: agent["notice"] for agent in listed.json()["agents"]}

    offline = "The offline model answers, which is no language model. Set OPENAI_API_KEY for a real one."
    assert await notices("en") == {"research": offline, "lock": f"{offline}\n\n{own}"}
    assert str((await notices("de"))["lock"]).startswith("Hier antwortet das Offline-Modell")
    with_model = await notices("en", openai_api_key="sk-canary-123", openai_base_url="http://127.0.0.1:9/v1")
    assert with_model == {"research": None, "lock": own}
