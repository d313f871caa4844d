"""What an attacker without credentials tries on a server that runs: to get in, to set state, to plant a cookie."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.identity.dev_token import create_dev_token
from chatkit_link.settings import Settings
from tests.agents.agent_builder.flawed import file
from tests.conftest import running
from tests.limits.users import new_message

KEY = "the-server-key-of-these-tests-is-long-enough"
LIST = {"type": "threads.list", "params": {}}
Make = Callable[..., Settings]

# Nothing is open that was not asked for

CLOSED: dict[str, dict[str, Any]] = {
    "a server key": {"server_key": KEY},
    "a JWT": {"jwt_secret": "0123456789" * 4},
    "keys of an issuer": {"jwt_jwks_url": "http://127.0.0.1:9/keys", "jwt_issuer": "https://id"},
    "a proxy": {"proxy_user_header": "X-User", "trusted_proxies": "192.0.2.1"},
    "a function": {"identify": "identify.py:by_session"},
    "nothing, and no visitors either": {"allow_anonymous": False},
    "a server key, and no visitors": {"server_key": KEY, "allow_anonymous": False},
}


@pytest.mark.parametrize("given", CLOSED.values(), ids=CLOSED)
async def test_a_visitor_gets_into_no_server_that_knows_its_users(make_settings: Make, given: dict[str, Any]) -> None:
    async with running(make_settings(**given)) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        for path, body in {"/chatkit": LIST, "/chatkit/echo": new_message(), "/api/chatkit/session": {}}.items():
            answer = await http.post(path, json=body)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False), path
        assert (await http.post("/visitor", json={})).json() == {"token": None}
        assert (await http.get("/documents/tea.md")).status_code == 401
        for page in ("/", "/frame.html"):
            assert "set-cookie" not in (await http.get(page)).headers
        if "server_key" in given:
            back_end = {"Authorization": f"Bearer {KEY}", "X-ChatKit-User": "ada"}
            assert (await http.post("/chatkit", json=LIST, headers=back_end)).status_code == 200


async def test_a_function_given_to_create_app_closes_the_server_too(make_settings: Make) -> None:
    def identify(_: object) -> Caller | None:
        return None

    async with (
        serving(lambda settings: create_app(settings, identify=identify), make_settings(server_key=KEY)) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        assert (await http.post("/chatkit", json=LIST)).status_code == 401
        assert (await http.get("/documents/tea.md")).status_code == 401


@pytest.mark.parametrize("given", [{}, {"allow_anonymous": True}, {"server_key": KEY, "allow_anonymous": True}])
async def test_visitors_come_in_where_they_were_asked_for(make_settings: Make, given: dict[str, Any]) -> None:
    async with running(make_settings(**given)) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        assert (await http.post("/chatkit", json=LIST)).status_code == 200
        assert (await http.post("/visitor", json={})).json()["token"].startswith("anon_")


CUT_OFF = {
    "nothing of it": ["Bearer ek_"],
    "its first letters": ["Bearer ek_abc"],
    "a line's end in it": ["Bearer ek_0123456789\t0123456789"],
    "two of them": ["Bearer ek_0123456789, Bearer ek_0123456789"],
    "another one beside it": ["Bearer ek_0123456789", "Basic YTpi"],
    "in small letters": ["bearer   ek_0123456789%"],
    "a server key that was cut off": ["Bearer cklk_K3mT9xQa_0123"],
}


@pytest.mark.parametrize("lines", CUT_OFF.values(), ids=CUT_OFF)
async def test_a_secret_that_was_cut_off_makes_nobody_a_visitor(server: str, lines: list[str]) -> None:
    async with httpx2.AsyncClient(base_url=server, timeout=60) as http:
        refused = await http.post("/chatkit", json=LIST, headers=[("Authorization", line) for line in lines])
        assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
        # What a proxy in front sends for itself is none of ours.
        for other in ("Basic YTpi", "Bearer of-the-proxy"):
            visitor = await http.post("/chatkit", json=LIST, headers={"Authorization": other})
            assert (visitor.status_code, "set-cookie" in visitor.headers) == (200, True)
            http.cookies.clear()


# State comes from the server key

STATE = file(body='    return {"output_text": f"role={state[\'role\']}"}\n').replace(
    "state = {", 'state = {"role": "guest", ', 1
)


@pytest.fixture
def workflows(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "workflow.py").write_text(STATE)
    (tmp_path / "agent.py").write_text(
        "from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadItemDoneEvent\n"
        "from datetime import datetime\n"
        "async def respond(ctx):\n"
        "    session = ctx.caller.session\n"
        "    text = f'role={dict(session.state) if session else None} untrusted={dict(ctx.untrusted_state)}'\n"
        "    yield ThreadItemDoneEvent(item=AssistantMessageItem(id=ctx.new_id('message'), thread_id=ctx.thread.id,\n"
        "        created_at=datetime.now(), content=[AssistantMessageContent(text=text)]))\n"
    )
    catalog = tmp_path / "chatkit-link.toml"
    catalog.write_text('[agents.shop]\ntarget = "workflow.py"\n[agents.plain]\ntarget = "agent.py"\n')
    return {"config": catalog, "server_key": KEY, "allow_anonymous": True}


def chosen(agent: str, role: str | None = "admin") -> dict[str, Any]:
    state = {"state_variables": {"role": role}} if role else {}
    return {"workflow": {"id": agent, **state}}


async def said(http: httpx2.AsyncClient, secret: str) -> str:
    """What the agent of a session answers."""
    answer = await http.post("/chatkit", json=new_message(), headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    return answer.text


async def secret_of(http: httpx2.AsyncClient, body: dict[str, Any], **headers: str) -> str:
    answer = await http.post("/api/chatkit/session", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["client_secret"]


async def test_a_visitor_sets_no_state(make_settings: Make, workflows: dict[str, Any]) -> None:
    async with (
        running(make_settings(**workflows)) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        made = await secret_of(http, chosen("shop"))
        assert "role=guest" in await said(http, made)
        assert "role={} untrusted={'role': 'admin'}" in await said(http, await secret_of(http, chosen("plain")))
        # Nor by the session before, by a request's metadata, or by the headers of a back end without its key.
        again = await secret_of(http, {"client_secret": await secret_of(http, chosen("plain"))})
        assert "role={} untrusted={'role': 'admin'}" in await said(http, again)
        body = new_message() | {"metadata": {"state": {"role": "admin"}, "state_variables": {"role": "admin"}}}
        answer = await http.post("/chatkit/shop", json=body)
        assert "role=guest" in answer.text
        forged = await http.post("/api/chatkit/session", json=chosen("plain"), headers={"X-ChatKit-User": "ada"})
        assert forged.status_code == 401


async def test_the_server_key_sets_state_and_a_user_cannot_keep_it(
    make_settings: Make, workflows: dict[str, Any]
) -> None:
    settings = make_settings(**workflows, jwt_secret="0123456789" * 4)
    page = {"Authorization": f"Bearer {create_dev_token(settings, user='ada', tenant=None, expires='1h')}"}
    async with (
        running(settings) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
        AsyncOpenAI(base_url=f"{address}/v1", api_key=KEY) as back_end,
    ):
        for agent, told in {"shop": "role=clerk", "plain": "role={'role': 'clerk'} untrusted={}"}.items():
            made = await back_end.beta.chatkit.sessions.create(user="ada", **chosen(agent, "clerk"))
            assert told in await said(http, made.client_secret)
        ada = {"Authorization": f"Bearer {KEY}", "X-ChatKit-User": "ada"}
        mine = await secret_of(http, chosen("plain", "clerk"), **ada)
        assert "role={'role': 'clerk'}" in await said(http, mine)
        # Ada's page asks for the next one by itself: what the back end once granted is not hers to renew.
        renewed = await secret_of(http, {"client_secret": mine}, **page)
        assert "role={} untrusted={'role': 'clerk'}" in await said(http, renewed)
        # A back end that passes on the secret which a browser sent does not make its state its own.
        passed_on = await secret_of(http, {"client_secret": await secret_of(http, chosen("plain"), **page)}, **ada)
        assert "role={} untrusted={'role': 'admin'}" in await said(http, passed_on)
        # While the one that it passes on of its own making keeps what it was given.
        assert "role={'role': 'clerk'}" in await said(http, await secret_of(http, {"client_secret": mine}, **ada))


async def test_a_visitors_state_reaches_no_workflow_at_openai(make_settings: Make) -> None:
    settings = make_settings(hosted_workflows="wf_x", hosted_api_key="sk-x", hosted_base_url="http://127.0.0.1:9")
    async with running(settings) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        refused = await http.post("/api/chatkit/session", json=chosen("wf_x"))
    assert (refused.status_code, "CHATKIT_LINK_SERVER_KEY" in refused.json()["detail"]) == (403, True)


# Nobody plants a cookie

SECURE = {"X-Forwarded-Proto": "https"}
HOST = "__Host-chatkit_link_user"


async def who(http: httpx2.AsyncClient, cookie: str, **headers: str) -> tuple[str, SimpleCookie]:
    """The user that a browser with these cookies is, by its sessions, and the cookies it is then given."""
    answer = await http.post("/api/chatkit/session", json={}, headers={"Cookie": cookie, **headers})
    assert answer.status_code == 200, answer.text
    http.cookies.clear()
    return answer.json()["user"], SimpleCookie(answer.headers.get("set-cookie"))


PLANTED = {
    "the plain name": "chatkit_link_user={}",
    "another prefix": "__Secure-chatkit_link_user={}",
    "the prefix in small letters": "__host-chatkit_link_user={}",
    "the prefix in capitals": "__HOST-CHATKIT_LINK_USER={}",
    "a white space of latin-1 before it": "\xa0__Host-chatkit_link_user={}",
    "a control character before it": "\x85__Host-chatkit_link_user={}",
    "a white space behind it": "__Host-chatkit_link_user\xa0={}",
    "two names": "chatkit_link_user=__Host-chatkit_link_user={}",
    "a comma": "a=b, __Host-chatkit_link_user={}",
    "the path of a chat elsewhere": "chatkit_link_user={}; chatkit_link_user={}",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
async def test_over_https_a_planted_cookie_is_nobody(server: str, planted: str) -> None:
    async with httpx2.AsyncClient(base_url=server, timeout=60) as http:
        attacker, made = await who(http, "")
        secure, honest = await who(http, "", **SECURE)
        value = made["chatkit_link_user"].value
        raw = {b"Cookie": planted.format(value, value).encode("latin-1"), b"X-Forwarded-Proto": b"https"}
        answer = await http.post("/api/chatkit/session", json={}, headers=raw)
        assert answer.json()["user"] != attacker
        # The visitor beside it stays who it is, wherever the planted one stands.
        mine = f"{HOST}={honest[HOST].value}"
        for both in (f"{mine}; {planted.format(value, value)}", f"{planted.format(value, value)}; {mine}"):
            raw[b"Cookie"] = both.encode("latin-1")
            assert (await http.post("/api/chatkit/session", json={}, headers=raw)).json()["user"] == secure


async def test_over_https_no_neighbour_plants_the_visitor_of_an_embedded_chat(server: str) -> None:
    own = {"Sec-Fetch-Site": "same-origin", **SECURE}
    page = {"page": "https://shop.example"}
    async with httpx2.AsyncClient(base_url=server, timeout=60) as http:

        async def asked(cookie: str) -> tuple[str, str, str]:
            """The user, and the name and value of the cookie that is set for it."""
            raw = {name.encode(): value.encode() for name, value in own.items()} | {b"Cookie": cookie.encode("latin-1")}
            answer = await http.post("/visitor", json=page, headers=raw)
            http.cookies.clear()
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
            return answer.json()["token"].partition(".")[0], name, value

        user, name, value = await asked("")
        assert name.startswith("__Host-chatkit_link_visitor_")
        assert (await asked(f"{name}={value}"))[:2] == (user, name)
        for planted in (
            name.removeprefix("__Host-"),
            name.replace("__Host-", "__Secure-"),
            f"\x85{name}",
            name.lower(),
        ):
            assert (await asked(f"{planted}={value}"))[0] != user, planted
        # One of another secret stays, and its browser has a visitor beside it.
        anew, beside, kept = await asked(f"{name}=anon_of.another.server")
        assert anew != user
        assert beside.startswith(f"{name}_")
        assert (await asked(f"{name}=anon_of.another.server; {beside}={kept}"))[:2] == (anew, beside)
