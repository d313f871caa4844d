"""Read-only links to threads: what is behind one, for whom, and for how long."""

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest
from chatkit.types import WidgetItem
from chatkit.widgets import DynamicWidgetRoot

from chatkit_link.caller import Caller
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from tests.conftest import running
from tests.files.samples import image
from tests.protocol.queue_user import SECRET, User


@pytest.fixture(scope="module")
async def address(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    async with running(make_settings(jwt_secret=SECRET)) as address:
        yield address


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=60, trust_env=False) as http:
        yield http


class Owner(User):
    """A user with threads, and the links to the newest of them."""

    async def say(self, text: str, **given: Any) -> list[dict[str, Any]]:
        """The events of an answer; the first one begins the thread."""
        response = await self.post(text, **given)
        assert response.status_code == 200, response.text
        events = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
        for event in events:
            if event["type"] == "thread.created":
                self.thread = event["thread"]["id"]
        return events

    async def shares(self, method: str, path: str = "", **given: Any) -> httpx2.Response:
        address = f"{self.address}/chatkit/threads/{self.thread}/shares{path}"
        return await self._http.request(method, address, headers=self.headers, **given)

    async def share(self, **wanted: Any) -> dict[str, Any]:
        response = await self.shares("POST", json=wanted)
        assert response.status_code == 201, response.text
        return response.json()

    async def attach(self) -> str:
        files = {"file": ("tea.png", image(), "image/png")}
        response = await self._http.post(f"{self.address}/files", files=files, headers=self.headers)
        return response.raise_for_status().json()["id"]


@pytest.fixture
def owner_of(address: str, http: httpx2.AsyncClient) -> Callable[..., Owner]:
    return lambda agent="echo": Owner(http, address, agent)


def api(url: str) -> str:
    return url.replace("/shared/", "/api/shared/")


def texts(shared: dict[str, Any]) -> list[str]:
    items = shared["items"]["data"]
    return ["".join(part["text"] for part in item["content"]) for item in items if "content" in item]


async def test_whoever_has_the_link_reads_the_thread_as_it_was(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient
) -> None:
    ada = owner_of()
    await ada.say("a question")
    made = await ada.share()
    assert re.fullmatch(re.escape(ada.address) + r"/shared/[\w-]{43}", made["url"])
    await ada.say("a secret of later")
    async with httpx2.AsyncClient(trust_env=False) as stranger:
        read = await stranger.get(api(made["url"]))
    assert read.status_code == 200 and "set-cookie" not in read.headers
    assert texts(read.json()) == ["a question", "You said: a question"]
    assert ada.thread not in read.text and ada.name not in read.text and "secret" not in read.text
    listed = (await ada.shares("GET")).json()["shares"]
    assert listed == [{name: value for name, value in made.items() if name != "url"}]
    assert made["expires_at"] is None and made["until"] == read.json()["items"]["data"][-1]["id"]


async def test_a_link_may_end_at_a_message(owner_of: Callable[..., Owner], http: httpx2.AsyncClient) -> None:
    ada = owner_of()
    events = await ada.say("first")
    await ada.say("second")
    question = next(event["item"]["id"] for event in events if event["type"] == "thread.item.done")
    made = await ada.share(until=question)
    assert texts((await http.get(api(made["url"]))).json()) == ["first"]
    unknown = await ada.shares("POST", json={"until": "msg_unknown"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "item_not_found")


async def test_what_users_do_not_see_is_in_no_byte_of_a_link(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient, database: Database
) -> None:
    ada = owner_of("secretive")
    await ada.say("tell me")
    made = await ada.share(attachments=True)
    read = await http.get(api(made["url"]))
    assert "nothing to see" in read.text and "hush-hush" not in read.text
    async with database.system() as connection:
        rows = await connection.connection.fetch("SELECT data FROM shared_items WHERE share_id = $1", made["id"])
    assert rows and "hush-hush" not in str([dict(row) for row in rows]), "it is not copied either"


async def test_a_call_of_the_pages_tool_is_not_in_a_link(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient
) -> None:
    ada = owner_of("client-tool")
    await ada.say("where am I?")
    read = await http.get(api((await ada.share())["url"]))
    assert "where_am_i" not in read.text and texts(read.json()) == ["where am I?"]


async def test_files_are_read_through_the_link_alone_and_only_if_that_was_chosen(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient
) -> None:
    ada = owner_of()
    shown, other = await ada.attach(), await ada.attach()
    await ada.say("look", attachments=[shown])
    without, with_files = await ada.share(), await ada.share(attachments=True)
    await ada.say("and at this", attachments=[other])

    plain = await http.get(api(without["url"]))
    assert shown not in plain.text and plain.json()["items"]["data"][0]["attachments"] == []
    assert (await http.get(f"{api(without['url'])}/files/{shown}")).status_code == 404

    read = await http.get(api(with_files["url"]))
    [attachment] = read.json()["items"]["data"][0]["attachments"]
    assert attachment["preview_url"] == f"{api(with_files['url'])}/files/{shown}/preview"
    assert "link=" not in read.text, "a signed link would outlive the one that was made"
    for path in (shown, f"{shown}/preview"):
        file = await http.get(f"{api(with_files['url'])}/files/{path}")
        assert file.status_code == 200 and file.headers["content-type"].startswith("image/")
        assert "sandbox" in file.headers["content-security-policy"] and "noindex" in file.headers["x-robots-tag"]
    assert (await http.get(f"{api(with_files['url'])}/files/{other}")).status_code == 404, "it came later"

    await ada.shares("DELETE", f"/{with_files['id']}")
    assert (await http.get(f"{api(with_files['url'])}/files/{shown}")).status_code == 404


async def test_a_picture_that_a_model_has_made_is_a_file(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient
) -> None:
    ada = owner_of("paints")
    await ada.say("paint it well")
    without, with_files = await ada.share(), await ada.share(attachments=True)
    assert "generated_image" not in (await http.get(api(without["url"]))).text
    items = (await http.get(api(with_files["url"]))).json()["items"]["data"]
    [url] = [item["image"]["url"] for item in items if item["type"] == "generated_image"]
    assert url.startswith(api(with_files["url"]) + "/files/atc_")
    assert (await http.get(url)).headers["content-type"] == "image/png"


@pytest.mark.parametrize("end", ["withdrawn", "expired", "deleted thread", "by the operator"])
async def test_a_link_that_has_ended_gives_nothing(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient, database: Database, postgres_url: str, end: str
) -> None:
    ada = owner_of()
    file = await ada.attach()
    await ada.say("a question", attachments=[file])
    made = await ada.share(expires_in=3600, attachments=True)
    assert (await http.get(api(made["url"]))).status_code == 200
    match end:
        case "withdrawn":
            assert (await ada.shares("DELETE", f"/{made['id']}")).status_code == 204
            assert (await ada.shares("DELETE", f"/{made['id']}")).status_code == 404
        case "expired":
            async with database.system() as connection:
                await connection.connection.execute(
                    "UPDATE shares SET expires_at = now() - interval '1 second' WHERE id = $1", made["id"]
                )
            assert (await ada.shares("GET")).json()["shares"] == []
        case "deleted thread":
            body = {"type": "threads.delete", "params": {"thread_id": ada.thread}}
            await http.post(f"{ada.address}/chatkit/echo", json=body, headers=ada.headers)
        case _:
            _operator(postgres_url, "shares", "revoke", made["id"])
    read = await http.get(api(made["url"]))
    assert (read.status_code, read.json()["code"]) == (404, "share_not_found")
    assert (await http.get(f"{api(made['url'])}/files/{file}")).status_code == 404
    assert (await http.post(f"{api(made['url'])}/continue", headers=owner_of().headers)).status_code == 404
    if end != "expired":
        async with database.system() as connection:
            left = await connection.connection.fetch("SELECT 1 FROM shared_items WHERE share_id = $1", made["id"])
        assert left == []


def _operator(postgres_url: str, *arguments: str) -> str:
    program = [sys.executable, "-c", "from chatkit_link.cli.program import run; run()", *arguments]
    done = subprocess.run(
        program, env={"DATABASE_URL": postgres_url, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_an_operator_sees_the_links_of_a_user_and_the_audit_log_has_what_became_of_them(
    owner_of: Callable[..., Owner], database: Database, postgres_url: str
) -> None:
    ada = owner_of()
    await ada.say("a question")
    one, two = await ada.share(), await ada.share()
    listed = [
        json.loads(line)
        for line in _operator(postgres_url, "shares", "list", "--user", ada.name, "--json").splitlines()
    ]
    assert [share["id"] for share in listed] == [two["id"], one["id"]]
    assert one["url"].rpartition("/")[2] not in str(listed)
    await ada.shares("DELETE", f"/{one['id']}")
    assert two["id"] in _operator(postgres_url, "shares", "revoke", two["id"])
    async with database.system() as connection:
        rows = await connection.connection.fetch(
            "SELECT action, actor_kind, target FROM audit_log WHERE user_id = $1 AND action LIKE 'share.%' ORDER BY id",
            ada.name,
        )
    assert [tuple(row) for row in rows] == [
        ("share.created", "user", one["id"]),
        ("share.created", "user", two["id"]),
        ("share.revoked", "user", one["id"]),
        ("share.revoked", "operator", two["id"]),
    ]


async def test_another_user_makes_lists_and_withdraws_no_link_of_a_thread(owner_of: Callable[..., Owner]) -> None:
    ada, eve = owner_of(), owner_of()
    await ada.say("a question")
    made = await ada.share()
    eve.thread = ada.thread
    asked = [
        await eve.shares("POST", json={}), await eve.shares("GET"), await eve.shares("DELETE", f"/{made['id']}"),
    ]  # fmt: skip
    assert [response.status_code for response in asked] == [404] * 3
    assert len((await ada.shares("GET")).json()["shares"]) == 1


async def test_a_reader_goes_on_in_a_thread_of_their_own(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient
) -> None:
    ada, bob = owner_of(), owner_of()
    await ada.say("a question", attachments=[await ada.attach()])
    made = await ada.share(attachments=True)
    assert (await http.post(f"{api(made['url'])}/continue")).status_code == 401
    copied = await http.post(f"{api(made['url'])}/continue", headers=bob.headers)
    bob.thread = copied.raise_for_status().json()["thread_id"]
    assert copied.json()["agent"] == "research"
    for agent, has_it in (("research", True), ("echo", False)):
        listed = await http.get(f"{bob.address}/chatkit/threads", params={"agent": agent}, headers=bob.headers)
        assert (bob.thread in {thread["id"] for thread in listed.json()["threads"]}) is has_it
    await bob.say("and then?")
    assert await bob.conversation() == ["a question", "You said: a question", "and then?", "You said: and then?"]
    assert (await bob.items())[0]["attachments"] == []
    assert await ada.conversation() == ["a question", "You said: a question"]


async def test_what_a_reader_goes_on_with_can_be_clicked_by_nobody(
    owner_of: Callable[..., Owner], http: httpx2.AsyncClient, store: PostgresStore
) -> None:
    """Somebody else had the widget made: a click would be carried out in the name of the reader."""
    ada, bob = owner_of(), owner_of()
    await ada.say("a question")
    click = {"type": "order", "payload": {"cups": 100}}
    button = {"type": "Button", "label": "Order", "onClickAction": click}
    card = {"type": "Card", "confirm": {"label": "Yes", "action": click}, "children": [button]}
    widget = WidgetItem(
        id="msg_widget", thread_id=ada.thread, created_at=datetime.now(), widget=DynamicWidgetRoot.model_validate(card)
    )
    await store.add_thread_item(ada.thread, widget, Caller("default", ada.name))
    made = await ada.share()
    copied = await http.post(f"{api(made['url'])}/continue", headers=bob.headers)
    bob.thread = copied.json()["thread_id"]
    item = (await bob.items())[-1]
    assert item["widget"] == {"type": "Card", "children": [{"type": "Button", "label": "Order"}]}


async def test_a_long_thread_is_read_in_parts(owner_of: Callable[..., Owner], http: httpx2.AsyncClient) -> None:
    ada = owner_of()
    for number in range(3):
        await ada.say(f"number {number}")
    made = await ada.share()
    whole = (await http.get(api(made["url"]))).json()
    rest = (await http.get(api(made["url"]), params={"after": "2"})).json()
    assert texts(whole)[2:] == texts(rest) and not whole["items"]["has_more"]


async def test_a_thread_takes_so_many_links(owner_of: Callable[..., Owner]) -> None:
    ada = owner_of()
    await ada.say("a question")
    statuses = [(await ada.shares("POST", json={})).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [409]


async def test_the_page_of_a_link_is_for_no_robot_and_sends_its_address_nowhere(address: str) -> None:
    async with httpx2.AsyncClient(trust_env=False) as stranger:
        page = await stranger.get(f"{address}/shared/anything")
        read = await stranger.get(f"{address}/api/shared/anything")
    assert page.status_code == 200 and "set-cookie" not in page.headers
    assert '<meta name="robots" content="noindex' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for response in (page, read):
        assert "noindex" in response.headers.get("x-robots-tag", ""), response.request.url
        assert response.headers["referrer-policy"] == "no-referrer"
    assert read.status_code == 404


async def test_reads_are_counted_by_address(make_settings: Callable[..., Settings], http: httpx2.AsyncClient) -> None:
    async with running(make_settings(rate_shares_address=3)) as address:
        statuses = [(await http.get(f"{address}/api/shared/guess-{number}")).status_code for number in range(5)]
    assert statuses == [404] * 3 + [429] * 2


async def test_an_operator_turns_all_links_off(
    make_settings: Callable[..., Settings], http: httpx2.AsyncClient
) -> None:
    async with running(make_settings(jwt_secret=SECRET)) as address:
        ada = Owner(http, address, "echo")
        await ada.say("a question")
        made = await ada.share()
    async with running(make_settings(jwt_secret=SECRET, sharing=False)) as address:
        ada.address = address
        refused = await ada.shares("POST", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "sharing_off")
        assert (await ada.shares("GET")).json()["enabled"] is False
        token = made["url"].rpartition("/")[2]
        assert (await http.get(f"{address}/api/shared/{token}")).status_code == 404
