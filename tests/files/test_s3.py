"""The same in a bucket: moto's server, which speaks S3 on loopback, and browsers that are sent to it."""

from collections.abc import AsyncIterator, Callable, Iterator

import boto3
import httpx2
import pytest
from chatkit.types import Attachment, ImageAttachment

from chatkit_link.client import ClientError
from chatkit_link.errors import NotFound, Unavailable
from chatkit_link.files.storage import Storage
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person, refusal, until
from tests.suite.s3 import create_bucket, s3_server

MakePerson = Callable[..., Person]
BUCKET = "chat"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(endpoint: str, own_storage: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of a storage."""
    create_bucket(endpoint, BUCKET, monkeypatch)
    return f"s3://{BUCKET}/files"


def keys(endpoint: str) -> set[str]:
    found = boto3.client("s3", endpoint_url=endpoint).list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {entry["Key"] for entry in found}


@pytest.fixture
async def ada(bucket: str, make_settings: Callable[..., Settings], person: MakePerson) -> AsyncIterator[Person]:
    async with running(make_settings(files_url=bucket)) as address:
        yield person(address)


async def put(begun: Attachment, data: bytes, kind: str = "image/png") -> int:
    assert begun.upload_descriptor is not None
    async with httpx2.AsyncClient(timeout=60) as http:
        return (
            await http.put(str(begun.upload_descriptor.url), content=data, headers={"content-type": kind})
        ).status_code


async def fetched(person: Person, url: str) -> tuple[str, httpx2.Response]:
    """Where a link leads, and what is there."""
    redirect = await person.http.get(url)
    assert redirect.status_code == 302, redirect.text
    async with httpx2.AsyncClient(timeout=60) as http:
        return redirect.headers["location"], await http.get(redirect.headers["location"])


async def test_a_browser_is_sent_to_the_bucket_for_the_bytes(ada: Person, endpoint: str) -> None:
    data = samples.image()
    attached = await ada.attach(data, "a.png", "image/png")
    where, given = await fetched(ada, await ada.link(attached))
    assert where.startswith(endpoint)
    assert given.content == data
    assert given.headers["content-type"] == "image/png"
    assert given.headers["content-disposition"].startswith("inline")
    assert isinstance(attached, ImageAttachment)
    assert (await fetched(ada, str(attached.preview_url)))[1].headers["content-type"] == "image/webp"
    page = await ada.http.get("/frame.html")
    assert page.status_code == 404 or endpoint in page.headers["content-security-policy"]  # the page may not be built


async def test_bytes_go_to_the_bucket_and_are_checked_there(ada: Person, endpoint: str) -> None:
    data = samples.image()
    begun = await ada.chat.create_attachment("a.png", len(data), "image/png")
    assert begun.upload_descriptor is not None and str(begun.upload_descriptor.url).startswith(endpoint)
    with pytest.raises(ClientError, match="has not been uploaded yet"):
        await ada.send(begun)

    assert await put(begun, data) == 200
    made = await ada.send(begun)

    assert made.text == "You said: Look"
    assert (await fetched(ada, await ada.link(begun)))[1].content == data


async def test_a_link_that_is_still_good_changes_nothing_any_more(ada: Person) -> None:
    data = samples.image()
    begun = await ada.chat.create_attachment("a.png", len(data), "image/png")
    await put(begun, data)
    assert isinstance(begun, ImageAttachment)
    preview = await fetched(ada, str(begun.preview_url))  # the page asks for it before the message is sent
    assert preview[1].headers["content-type"] == "image/webp"

    assert await put(begun, b"<script>alert(1)</script>", "text/html") == 200  # S3 cannot know

    assert (await ada.send(begun)).text
    given = (await fetched(ada, await ada.link(begun)))[1]
    assert (given.content, given.headers["content-type"]) == (data, "image/png")


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"<!doctype html><script>", 415), (b"x" * 300, 413), (samples.pixel_bomb(), 413)],
    ids=["HTML", "too much", "a pixel bomb"],
)
async def test_what_was_put_there_is_refused_and_removed(ada: Person, endpoint: str, data: bytes, status: int) -> None:
    begun = await ada.chat.create_attachment("a.png", 200 if status == 413 and len(data) == 300 else 5000, "image/png")
    assert await put(begun, data) == 200
    with pytest.raises(ClientError) as refused:
        await ada.send(begun)
    assert refused.value.status == status
    with pytest.raises(ClientError, match="no such attachment"):
        await ada.send(begun)
    await ada.chat.delete_thread((await ada.send(text="x")).thread_id)  # which wakes the sweeper
    await until(lambda: not (any(begun.id in key for key in keys(endpoint))))


async def test_a_deleted_thread_leaves_nothing_in_the_bucket(ada: Person, endpoint: str) -> None:
    attached = await ada.attach(samples.image(), "a.png", "image/png")
    made = await ada.send(attached)
    assert sum(attached.id in key for key in keys(endpoint)) == 3
    await ada.chat.delete_thread(made.thread_id)
    await until(lambda: not (any(attached.id in key for key in keys(endpoint))))


async def test_a_server_may_stand_between_browser_and_bucket(
    bucket: str, make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    async with running(make_settings(files_url=bucket, files_direct=False)) as address:
        ada = person(address)
        begun = await ada.chat.create_attachment("a.txt", 5, "text/plain")
        assert begun.upload_descriptor is not None and str(begun.upload_descriptor.url).startswith(address)
        assert await put(begun, b"hello") == 204
        given = await ada.http.get(await ada.link(begun), headers={"range": "bytes=1-2"})
        assert (given.status_code, given.content) == (206, b"el")


async def test_the_bucket_gives_out_html_that_was_allowed_as_a_download_of_bytes(
    bucket: str, make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    async with running(make_settings(files_url=bucket, upload_types="*/*")) as address:
        ada = person(address)
        _, given = await fetched(ada, await ada.link(await ada.attach(b"<!doctype html><script>", "a.html", "")))
        assert given.headers["content-type"] == "application/octet-stream"
        assert given.headers["content-disposition"].startswith("attachment")


async def test_a_storage_that_is_away_is_said_so(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    storage = Storage(bucket, folder=None)  # type: ignore[arg-type] - not asked for
    with pytest.raises(Unavailable, match="storage cannot be reached"):
        await storage.size("a")


async def test_what_is_not_there_is_not_found(bucket: str) -> None:
    storage = Storage(bucket, folder=None)  # type: ignore[arg-type] - not asked for
    with pytest.raises(NotFound):
        await storage.size("a")
    await storage.remove("a")
    await storage.remove("a/")


async def test_a_stranger_has_no_link_into_the_bucket(ada: Person, person: MakePerson) -> None:
    attached = await ada.attach(b"x")
    bob = person(ada.address)
    assert refusal(await bob.http.get(f"/files/{attached.id}"))[0] == 404
