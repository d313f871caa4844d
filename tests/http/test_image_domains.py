"""Where the pictures of the built-in pages may come from."""

from collections.abc import Callable

import httpx2
import pytest
from chatkit.types import ThreadUpdatedEvent

from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import told


async def test_the_chat_frame_loads_pictures_from_listed_domains_only(make_settings: Callable[..., Settings]) -> None:
    listed = make_settings(allowed_image_domains="CDN.example.com, *.pictures.example")
    async with running(listed) as address, httpx2.AsyncClient(timeout=60) as http:
        policy = (await http.get(f"{address}/frame.html")).headers["content-security-policy"]
    sources = next(part for part in policy.split("; ") if part.startswith("img-src")).split()
    assert sources == ["img-src", "'self'", "data:", "blob:", "cdn.example.com", "*.pictures.example"]


async def test_on_ones_own_machine_they_come_from_its_other_servers_too(make_settings: Callable[..., Settings]) -> None:
    async with running(make_settings()) as address, httpx2.AsyncClient(timeout=60) as http:
        policies = [
            (await http.get(f"{address}/frame.html", headers={"Host": host})).headers["content-security-policy"]
            for host in ("localhost:8000", "chat.example.com")
        ]
    local, public = (policy.partition("img-src ")[2].partition(";")[0].split() for policy in policies)
    assert {"https:", "http://localhost:*", "http://127.0.0.1:*"} <= set(local)
    assert public == ["'self'", "data:", "blob:", "https:"]


async def test_the_chat_frame_knows_the_list_and_the_public_address(make_settings: Callable[..., Settings]) -> None:
    listed = make_settings(allowed_image_domains="CDN.example.com, *.pictures.example", public_url="chat.example/x")
    pages: list[httpx2.Response] = []
    for settings in (make_settings(), listed):
        async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
            pages.append(await http.get(f"{address}/frame.html", headers={"Accept-Encoding": "br, gzip"}))
    plain, told_of = pages
    assert '<meta name="allowed' not in plain.text and "public-origin" not in plain.text
    assert '<meta name="allowed-image-domains" content="cdn.example.com *.pictures.example" />' in told_of.text
    assert '<meta name="public-origin" content="https://chat.example" />' in told_of.text
    assert plain.headers["etag"] != told_of.headers["etag"]
    # A host name can carry words as an address can, and is looked up before a click otherwise.
    assert {page.headers["x-dns-prefetch-control"] for page in pages} == {"off"}


def test_without_a_list_they_come_from_anywhere_over_https(make_settings: Callable[..., Settings]) -> None:
    assert make_settings().image_sources == ("https:",)


@pytest.mark.parametrize("wrong", ["https://a.example/x", "a.example; script-src *", "*", "'self'"])
def test_what_is_no_domain_is_refused_at_start(make_settings: Callable[..., Settings], wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="ALLOWED_IMAGE_DOMAINS"):
        make_settings(allowed_image_domains=wrong)


async def test_a_page_knows_the_domains_of_a_thread_before_what_may_name_a_picture(
    connect: Callable[..., ChatKitClient],
) -> None:
    client = connect("pictures")
    answer = await told(client.create_thread("Show me a cat"))

    known: list[str] | None = None
    told_of: list[str | list[str] | None] = []
    for event in answer.events[3:]:
        if not isinstance(event, ThreadUpdatedEvent):
            told_of.append(event.type)
        elif event.thread.allowed_image_domains != known:  # and not the title alone
            known = event.thread.allowed_image_domains
            told_of.append(known)
    assert told_of == [
        ["cat.example"],
        "thread.item.added",
        ["cat.example", "dog.example"],
        "thread.item.updated",
        "thread.item.done",
    ]
    assert (await client.get_thread(answer.thread_id)).allowed_image_domains == ["cat.example", "dog.example"]
