"""Files that would hold up whoever decodes them."""

import asyncio
import functools
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from chatkit_link.caller import Caller
from chatkit_link.errors import UnsupportedType
from chatkit_link.files.renditions import Made, Renditions, _pictures_in
from chatkit_link.files.storage import Storage
from chatkit_link.limits.shares import Bounds
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person

ADA = Caller("default", "ada", network="198.51.100.7")


async def stored(folder: Path, data: bytes) -> Storage:
    async def once():
        yield data

    storage = Storage("", folder=folder)
    await storage.put("a/b", once(), mime_type="x/y", disposition="inline")
    return storage


async def test_a_pdf_that_takes_for_ever_is_given_up(tmp_path: Path) -> None:
    data = samples.endless_pdf()
    storage = await stored(tmp_path, data)
    renditions = Renditions(storage, max_pixels=1_000_000, deadline=1)
    began = time.monotonic()
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    beating = asyncio.create_task(beat())
    assert await renditions.make("a/b", "application/pdf", len(data), ADA) == Made()
    beating.cancel()

    assert 1 <= time.monotonic() - began < 30  # it was given its second, and not the minutes that it would take
    assert beats > 5  # the server went on meanwhile, however much else the machine does


async def test_what_was_read_of_a_pdf_is_kept(tmp_path: Path) -> None:
    storage = await stored(tmp_path, samples.pdf("Hello", "World"))
    renditions = Renditions(storage, max_pixels=1_000_000)
    made = await renditions.make("a/b", "application/pdf", 1000, ADA)
    assert made.types == {"text": "text/plain; charset=utf-8"}
    assert made.size == await storage.size("a/b.text")
    assert (await storage.read_all("a/b.text", 1000)).split() == [b"Hello", b"World"]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"1 0 obj <</Length 1>>" * 1000, b"%PDF-" + bytes(999)]
)
async def test_a_broken_pdf_has_no_text(tmp_path: Path, data: bytes) -> None:
    storage = await stored(tmp_path, data)
    assert await Renditions(storage, max_pixels=1).make("a/b", "application/pdf", len(data), ADA) == Made()


async def test_an_image_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    storage = await stored(tmp_path, samples.image("PNG", (4000, 4000)))
    with pytest.raises(UnsupportedType):
        await Renditions(storage, max_pixels=20_000_000, deadline=0.05).make("a/b", "image/png", 1000, ADA)


async def test_slow_files_of_one_person_hold_up_nobody_else(
    make_settings: Callable[..., Settings], person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatkit_link.files.open.Renditions", functools.partial(Renditions, deadline=3))
    slow = samples.endless_pdf()
    async with running(make_settings()) as address:
        eve, ada = person(address), person(address)
        await eve.http.get("/api/agents")  # the cookie first, or each upload is somebody else's
        many = [asyncio.create_task(eve.post(slow, "a.pdf", "application/pdf")) for _ in range(3)]
        await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
        assert (await ada.post(samples.image(), "a.png", "image/png")).status_code == 200
        assert not all(one.done() for one in many)
        assert {answer.status_code for answer in await asyncio.gather(*many)} == {200}


async def test_several_wait_in_line(tmp_path: Path) -> None:
    storage = await stored(tmp_path, samples.image())
    renditions = Renditions(storage, max_pixels=1_000_000)
    made = await asyncio.gather(*(renditions.make("a/b", "image/png", 100, ADA) for _ in range(6)))
    assert [one.types for one in made] == [{"preview": "image/webp", "model": "image/jpeg"}] * 6
    assert made[0].size == await storage.size("a/b.preview") + await storage.size("a/b.model")


def eve(number: int) -> Caller:
    """One of many users at one address."""
    return Caller("default", f"eve-{number}", network="203.0.113.9")


async def test_slow_pdfs_of_many_users_hold_up_no_picture_and_no_pdf_from_elsewhere(tmp_path: Path) -> None:
    slow = samples.endless_pdf()
    storage = await stored(tmp_path, slow)
    for place, data in (("c/image", samples.image()), ("c/pdf", samples.pdf("Hello"))):
        await storage.put(place, chunks_of(data), mime_type="x/y", disposition="inline")
    renditions = Renditions(storage, max_pixels=1_000_000, deadline=3)
    attack = [
        asyncio.create_task(renditions.make("a/b", "application/pdf", len(slow), eve(number))) for number in range(8)
    ]
    await asyncio.sleep(0)
    assert (await renditions.make("c/image", "image/png", 100, eve(9))).types.keys() == {"preview", "model"}
    assert (await renditions.make("c/pdf", "application/pdf", 100, ADA)).types.keys() == {"text"}
    assert len([one for one in attack if one.done()]) < 4
    for one in attack:
        one.cancel()
    await asyncio.wait(attack)


async def chunks_of(data: bytes) -> AsyncGenerator[bytes]:
    yield data


async def test_a_file_for_which_there_is_no_place_in_the_line_is_refused_and_leaves_nothing(
    make_settings: Callable[..., Settings],
    person: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chatkit_link.files.open.Renditions", functools.partial(Renditions, deadline=3))
    monkeypatch.setattr("chatkit_link.files.renditions.WAITING", Bounds(user=1, address=1, total=1))
    settings = make_settings()
    slow = samples.endless_pdf()
    before = stored_in(settings.data)
    async with running(settings) as address:
        eve = person(address)
        await eve.http.get("/api/agents")
        answers = await asyncio.gather(*(eve.post(slow, "a.pdf", "application/pdf") for _ in range(4)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 2
        assert all(answer.json()["detail"].endswith("try again.") for answer in refused)
        assert int(refused[0].headers["retry-after"]) > 0
        assert len(stored_in(settings.data) - before) == 2
        assert (await eve.post(samples.image(), "a.png", "image/png")).status_code == 200


def stored_in(data: Path) -> set[Path]:
    return {file for file in (data / "files").rglob("*") if file.is_file()}


async def test_what_a_decoder_sends_is_believed_only_if_it_is_two_pictures() -> None:
    webp, jpeg = samples.image("WEBP"), samples.image("JPEG")
    assert _pictures_in(b"%d\n" % len(webp) + webp + jpeg) == (webp, jpeg)
    for data in (b"", b"x\n", b"-1\nab", b"9999999999\n", b"0\n" * 100_000, b"%d\n" % len(webp) + webp + b"<svg>"):
        assert _pictures_in(data) is None
