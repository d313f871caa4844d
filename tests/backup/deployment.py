"""One deployment: a server with users, and all that they see of it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI

from chatkit_link.settings import Settings
from chatkit_link.store.dump import snapshot
from chatkit_link.store.open import open_database
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person

KEY = "the-server-key-of-these-tests-is-long-enough"
SECRET = "the secret of the deployments that these tests back up"


@dataclass
class Seen:
    """What a visitor sees: threads, their items as JSON, and the bytes behind their attachments."""

    threads: list[str] = field(default_factory=list[str])
    items: list[Any] = field(default_factory=list[Any])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])


class Deployment:
    """A server of these settings, which runs when it is asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @asynccontextmanager
    async def server(self) -> AsyncIterator[str]:
        async with running(self.settings) as address:
            yield address

    async def rows(self) -> dict[str, int]:
        """How many there are in each table."""
        async with open_database(self.settings) as database, snapshot(database) as taken:
            return dict(taken.rows)


async def chat(address: str, person: Person) -> None:
    """Two threads with files, feedback on one answer, and a session that a back end makes."""
    picture = await person.attach(samples.image(size=(400, 300)), "pïcture.png", "image/png")
    large = await person.attach(b"all of it\n" * 300_000, "notes.txt", "text/plain")
    first = await person.send(picture, large, text="Look at these: 🌍")
    await person.send(text="and again", thread_id=first.thread_id)
    await person.send(text="Something else")
    answers = [
        item for item in (await person.chat.list_items(first.thread_id)).data if item.type == "assistant_message"
    ]
    await person.chat.feedback(first.thread_id, [answers[0].id], "positive")
    async with AsyncOpenAI(base_url=f"{address}/v1", api_key=KEY, max_retries=0) as client:
        await client.beta.chatkit.sessions.create(user="ada", workflow={"id": "echo"})


async def seen_by(person: Person) -> Seen:
    seen = Seen()
    for thread in (await person.chat.list_threads()).data:
        seen.threads.append(thread.id)
        for item in (await person.chat.list_items(thread.id, limit=100)).data:
            told = item.model_dump(mode="json")
            for attachment in told.get("attachments") or []:
                attachment.pop("preview_url", None)  # signed for an hour, and with the address of the server
                served = await person.http.get((await person.http.get(f"/files/{attachment['id']}/link")).json()["url"])
                assert served.status_code == 200, served.text
                seen.files[attachment["id"]] = served.content
            seen.items.append(json.loads(json.dumps(told, sort_keys=True)))
    return seen
