"""The holder of a client secret, who asks whatever a session may be asked."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from openai.types.beta.chatkit import ChatSession

from tests.files.samples import image
from tests.limits.users import new_input

UPLOADS = {"enabled": True, "max_file_size": 1, "max_files": 100}


@dataclass(frozen=True, slots=True)
class Chat:
    """A thread with one image in its first message. link: path of the image's signed link, as its holder got it."""

    thread_id: str
    run_id: str
    item_id: str
    file_id: str
    link: str


class Holder:
    """session: as its maker received it."""

    def __init__(self, address: str, session: ChatSession) -> None:
        self.session = session
        self.http = httpx2.AsyncClient(
            base_url=address, headers={"Authorization": f"Bearer {session.client_secret}"}, timeout=20
        )

    async def post(self, kind: str, /, **params: Any) -> httpx2.Response:
        return await self.http.post("/chatkit", json={"type": kind, "params": params})

    async def attach(self, name: str = "tea.png") -> str:
        """The id of an image that no message carries yet."""
        answer = await self.http.post("/files", files={"file": (name, image(), "image/png")})
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    async def chat(self) -> Chat:
        """A new thread; needs a session that takes files."""
        file_id = await self.attach()
        answer = await self.post("threads.create", input=new_input() | {"attachments": [file_id]})
        assert answer.status_code == 200, answer.text
        events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        thread_id = next(event["thread"]["id"] for event in events if event["type"] == "thread.created")
        item_id = next(event["item"]["id"] for event in events if event["type"] == "thread.item.done")
        link = await self.link(file_id)
        return Chat(thread_id, answer.headers["x-run-id"], item_id, file_id, link)

    async def link(self, file_id: str) -> str:
        """The path and query of a signed link."""
        answer = await self.http.get(f"/files/{file_id}/link")
        assert answer.status_code == 200, answer.text
        return "/files/" + answer.json()["url"].partition("/files/")[2]


MakeHolder = Callable[..., Awaitable[Holder]]
