"""Row 10: the tenants behind one server key come from one address, and none of them uses it up for the others."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.limits.users import IDENTITY, new_message

KEY = "the key of a back end, 32 characters long"
#: What a user and an address may do, and the requests that one tenant floods the server with.
USER, ADDRESS, FLOOD = 3, 10, 60
RATES = {
    f"rate_{kind}{by}": most
    for kind in ("messages", "uploads", "transcriptions", "sessions")
    for by, most in (("", USER), ("_address", ADDRESS))
}
Send = Callable[[httpx2.AsyncClient, dict[str, str]], Awaitable[httpx2.Response]]


def as_user(tenant: str, user: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}", "X-ChatKit-Tenant": tenant, "X-ChatKit-User": user}


async def message(http: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.Response:
    return await http.post("/chatkit/echo", json=new_message(), headers=headers)


async def upload(http: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.Response:
    return await http.post("/files", files={"file": ("a.txt", b"tea", "text/plain")}, headers=headers)


async def session(http: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.Response:
    return await http.post("/api/chatkit/session", json={"workflow": {"id": "echo"}}, headers=headers)


async def dictation(http: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.Response:
    params = {"audio_base64": "AAAA", "mime_type": "audio/webm"}
    return await http.post("/chatkit/echo", json={"type": "input.transcribe", "params": params}, headers=headers)


@pytest.mark.parametrize("send", [message, upload, session, dictation])
async def test_a_tenant_that_floods_leaves_the_others_what_they_have(
    make_settings: Callable[..., Settings], send: Send
) -> None:
    loud, calm = f"loud-{uuid.uuid4().hex[:8]}", f"calm-{uuid.uuid4().hex[:8]}"
    settings = make_settings(server_key=KEY, limits_storage="memory", **RATES, **IDENTITY)
    limits = httpx2.Limits(max_connections=8)
    async with (
        running(settings) as address,
        httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as http,
    ):
        # Users are free to a tenant that makes them up; one of them alone is refused by its own limit.
        flood = [send(http, as_user(loud, f"user-{number // 4}")) for number in range(FLOOD)]
        codes = Counter(answer.status_code for answer in await asyncio.gather(*flood))
        assert codes[429] == FLOOD // 4
        honest = [await send(http, as_user(calm, "ada")) for _ in range(USER)]
        assert 429 not in {answer.status_code for answer in honest}
        assert (await send(http, as_user(calm, "ada"))).status_code == 429


async def test_sessions_that_a_back_end_made_count_under_the_address_of_the_browser(
    make_settings: Callable[..., Settings],
) -> None:
    """Else whoever gets sessions for the asking would have no limit by address."""
    settings = make_settings(server_key=KEY, limits_storage="memory", **RATES, **IDENTITY)
    key = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "chatkit_beta=v1"}
    async with running(settings) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        codes: Counter[int] = Counter()
        for number in range(ADDRESS + 2):
            body: dict[str, Any] = {"user": f"user-{number}", "workflow": {"id": "echo"}}
            secret = (await http.post("/v1/chatkit/sessions", json=body, headers=key)).json()["client_secret"]
            codes[(await message(http, {"Authorization": f"Bearer {secret}"})).status_code] += 1
        assert codes == {200: ADDRESS, 429: 2}
        assert (await message(http, as_user("default", "ada"))).status_code == 200  # the back end itself goes on
