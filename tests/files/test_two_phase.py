"""``attachments.create`` gives a link, the bytes follow, and only then a message may carry the file."""

import asyncio
from collections.abc import Callable

import httpx2
import pytest
from chatkit.types import Attachment
from fastapi import FastAPI

from chatkit_link import create_app, mount
from chatkit_link.client import ClientError
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person, refusal
from tests.sdk_server import serve

MakePerson = Callable[..., Person]


async def put(ada: Person, begun: Attachment, data: bytes) -> httpx2.Response:
    """What ChatKit's page does with an ``upload_descriptor``; without a cookie, as it may be another origin."""
    where = begun.upload_descriptor
    assert where is not None
    async with httpx2.AsyncClient(timeout=60) as http:
        return await http.request(where.method, str(where.url), headers=where.headers, content=data)


async def test_a_file_is_begun_sent_and_carried_by_a_message(person: MakePerson) -> None:
    ada, data = person(), samples.image()
    begun = await ada.chat.create_attachment("a.png", len(data), "image/png")
    assert (begun.type, begun.thread_id) == ("image", None)

    assert (await put(ada, begun, data)).status_code == 204

    made = await ada.send(begun)
    assert (await ada.http.get(await ada.link(begun))).content == data
    assert made.text == "You said: Look"


async def test_a_message_waits_for_the_bytes(person: MakePerson) -> None:
    ada = person()
    begun = await ada.chat.create_attachment("a.png", 10, "image/png")
    with pytest.raises(ClientError, match="has not been uploaded yet") as refused:
        await ada.send(begun)
    assert refused.value.status == 409
    assert (await ada.http.get(f"/files/{begun.id}/link")).status_code == 404


async def test_a_link_takes_one_upload(person: MakePerson) -> None:
    ada = person()
    begun = await ada.chat.create_attachment("a.txt", 100, "text/plain")
    assert (await put(ada, begun, b"first")).status_code == 204
    assert refusal(await put(ada, begun, b"second"))[0] == 409
    assert (await ada.http.get(await ada.link(begun))).content == b"first"


async def test_of_uploads_side_by_side_to_one_link_one_is_kept(person: MakePerson) -> None:
    ada = person()
    begun = await ada.chat.create_attachment("a.txt", 100, "text/plain")
    answers = await asyncio.gather(*(put(ada, begun, b"number %d" % n) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409, 409, 409]
    kept = (await ada.http.get(await ada.link(begun))).content
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 204)
    assert kept == b"number %d" % winner


async def test_more_than_was_announced_is_refused(person: MakePerson) -> None:
    ada = person()
    begun = await ada.chat.create_attachment("a.txt", 10, "text/plain")
    assert refusal(await put(ada, begun, b"x" * 11))[0] == 413
    assert refusal(await put(ada, begun, b"x"))[0] == 404  # it has to be begun again


async def test_something_else_than_was_announced_is_refused(person: MakePerson) -> None:
    ada = person()
    begun = await ada.chat.create_attachment("a.png", 1000, "image/png")
    assert refusal(await put(ada, begun, b"<html><script>alert(1)</script>"))[0] == 415


async def test_an_upload_link_is_over_after_a_while(make_settings: Callable[..., Settings]) -> None:
    from chatkit_link.caller import Caller
    from chatkit_link.errors import NotFound
    from chatkit_link.files.signed_urls import Links

    links = Links((b"x" * 32,), address="http://a", lifetime=60)
    link = links.upload("atc_1", Caller("t", "u"), -1).partition("?link=")[2]
    with pytest.raises(NotFound):
        links.read("put", "atc_1", link)


async def test_a_file_that_could_never_be_taken_is_not_begun(person: MakePerson) -> None:
    ada = person()
    for name, size, kind, status in (
        ("a.txt", 0, "text/plain", 422),
        ("a.txt", -1, "text/plain", 422),
        ("a.txt", 10**12, "text/plain", 413),
        ("a.html", 10, "text/html", 415),
        ("a.svg", 10, "image/svg+xml", 415),
        ("a.exe", 10, "application/x-msdownload", 415),
    ):
        with pytest.raises(ClientError) as refused:
            await ada.chat.create_attachment(name, size, kind)
        assert refused.value.status == status


async def test_a_server_may_take_no_files(make_settings: Callable[..., Settings], person: MakePerson) -> None:
    async with running(make_settings(uploads=False)) as address:
        ada = person(address)
        assert (await ada.http.get("/api/agents")).json()["agents"][0]["uploads"] is None
        assert refusal(await ada.post(b"x"))[0] == 403
        with pytest.raises(ClientError, match="takes no files"):
            await ada.chat.create_attachment("a.txt", 1, "text/plain")


async def test_a_page_is_told_what_may_be_attached(person: MakePerson) -> None:
    agents = {agent["id"]: agent for agent in (await person().http.get("/api/agents")).json()["agents"]}
    assert agents["echo"]["uploads"]["max_size"] == 50_000_000
    assert agents["echo"]["uploads"]["max_count"] == 10
    assert "image/png" in agents["echo"]["uploads"]["accept"]
    assert agents["fileless"]["uploads"] is None
    assert agents["guest"]["uploads"] is not None  # an existing ChatKitServer is given our attachment store


async def test_links_lead_where_the_caller_has_reached_the_server(make_settings: Callable[..., Settings]) -> None:
    """Another name of the machine, a port of its own, a prefix: without ``public_url`` nobody has told the server."""
    parent = FastAPI()
    mount(parent, "/assistant", create_app(make_settings()))
    about = {"name": "a.png", "size": 10, "mime_type": "image/png"}
    asked = {"type": "attachments.create", "params": about}
    async with parent.router.lifespan_context(parent), serve(parent) as address, httpx2.AsyncClient(timeout=60) as http:
        base = f"{address}/assistant"
        for sent, expected in {"": base, "chat.lan:8080": "http://chat.lan:8080/assistant"}.items():
            headers = {"Host": sent} if sent else {}
            made = (await http.post(f"{base}/chatkit/echo", json=asked, headers=headers)).json()
            assert made["upload_descriptor"]["url"].startswith(f"{expected}/files/{made['id']}?link=")
            assert made["preview_url"].startswith(f"{expected}/files/{made['id']}/preview?link=")
        odd = await http.post(f"{base}/chatkit/echo", json=asked, headers={"Host": 'x"><script>/'})
        assert "<script>" not in odd.text and "http://127.0.0.1:8000/files/" in odd.text


async def test_the_public_address_is_where_links_lead_whatever_host_was_asked(
    make_settings: Callable[..., Settings],
) -> None:
    about = {"name": "a.png", "size": 10, "mime_type": "image/png"}
    asked = {"type": "attachments.create", "params": about}
    settings = make_settings(public_url="https://chat.example.com/a")
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        made = (await http.post(f"{address}/chatkit/echo", json=asked, headers={"Host": "other.example.com"})).json()
    assert made["upload_descriptor"]["url"].startswith("https://chat.example.com/a/files/")


async def test_links_have_the_prefix_that_a_proxy_has_stripped(make_settings: Callable[..., Settings]) -> None:
    asked = {"type": "attachments.create", "params": {"name": "a.png", "size": 10, "mime_type": "image/png"}}
    forwarded = {"X-Forwarded-Host": "shop.example.com", "X-Forwarded-Proto": "https"}
    async with running(make_settings()) as address, httpx2.AsyncClient(timeout=60) as http:
        for prefix, expected in {"/x/assistant": "/x/assistant", "/a/": "/a", "//evil.example": "", "/a b": ""}.items():
            headers = forwarded | {"X-Forwarded-Prefix": prefix}
            made = (await http.post(f"{address}/chatkit/echo", json=asked, headers=headers)).json()
            assert made["upload_descriptor"]["url"].startswith(f"https://shop.example.com{expected}/files/"), prefix
