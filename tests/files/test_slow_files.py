"""Slow files of many addresses, each of which has used nothing before: what is quick goes on beside them.

What is compared is the order, which is the same on a machine that is busy.
"""

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest

from chatkit_link.files.renditions import Renditions
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person

ATTACKERS = 8


@dataclass
class Attack:
    address: str
    slow: list[asyncio.Task[httpx2.Response]]

    def waiting(self) -> int:
        return sum(not one.done() for one in self.slow)


MakeAttack = Callable[[bytes, str, str], AbstractAsyncContextManager[Attack]]


def from_address(person: Person, address: str) -> Person:
    person.http.headers["X-Forwarded-For"] = address
    person.http.timeout = httpx2.Timeout(120)
    return person


@pytest.fixture
def attack(make_settings: Callable[..., Settings], person: Callable[..., Person]) -> MakeAttack:
    @asynccontextmanager
    async def begin(data: bytes, name: str, kind: str) -> AsyncGenerator[Attack]:
        async with running(make_settings()) as address:
            people = [from_address(person(address), f"203.0.113.{number}") for number in range(ATTACKERS)]
            slow = [asyncio.create_task(one.post(data, name, kind)) for one in people]
            try:
                done, _ = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)  # the others wait
                assert {one.result().status_code for one in done} == {200}
                yield Attack(address, slow)
            finally:
                for one in slow:
                    one.cancel()
                await asyncio.wait(slow)

    return begin


@pytest.mark.parametrize("said", [(), ((64, 64),)], ids=["they say so", "they say that they are small"])
async def test_no_quick_picture_waits_for_slow_ones(
    attack: MakeAttack, person: Callable[..., Person], said: tuple[tuple[int, int], ...]
) -> None:
    quick = [
        (samples.image("PNG", (64, 64)), "a.png", "image/png", 200),
        (samples.image("GIF"), "a.gif", "image/gif", 200),
        (samples.image("JPEG", (4032, 3024)), "photo.jpg", "image/jpeg", 200),
        (samples.pixel_bomb(), "bomb.png", "image/png", 413),
        (samples.slow_png((60_000, 60_000)), "bomb.png", "image/png", 413),
    ]
    async with attack(samples.slow_png(*said), "b.png", "image/png") as under:
        ada = from_address(person(under.address), "198.51.100.9")
        for data, name, kind, status in quick:
            assert (await ada.post(data, name, kind)).status_code == status
        assert under.waiting() >= 1


async def test_a_quick_pdf_does_not_wait_until_slow_ones_are_done(
    attack: MakeAttack, person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatkit_link.files.open.Renditions", functools.partial(Renditions, deadline=3))
    async with attack(samples.endless_pdf(), "b.pdf", "application/pdf") as under:
        ada = from_address(person(under.address), "198.51.100.9")
        assert (await ada.post(samples.pdf("Hello"), "a.pdf", "application/pdf")).status_code == 200
        assert (await ada.post(samples.pdf("World"), "a.pdf", "application/pdf")).status_code == 200
        assert under.waiting() >= 1
