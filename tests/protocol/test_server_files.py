"""A server without an attachment store gets the attachments of its messages, as the SDK gives them to it."""

import httpx2
import pytest

from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.client.client import user_message
from tests.finished_stream import stored, told
from tests.protocol.conftest import Site


@pytest.mark.parametrize("name", ["Echo", "Redacts", "Rewrites"])
async def test_a_directly_uploaded_file_reaches_a_server_without_an_attachment_store(site: Site, name: str) -> None:
    assert site.server(name).attachment_store is None
    async with httpx2.AsyncClient(base_url=site.address, trust_env=False) as http:
        client = ChatKitClient(f"{site.address}/chatkit/{name.lower()}", http=http)
        uploaded = await http.post("/files", files={"file": ("tea.txt", b"green", "text/plain")})
        file_id = uploaded.json()["id"]
        made = await told(client.create_thread(user_message("Look").model_copy(update={"attachments": [file_id]})))
        message = (await stored(client, made.thread_id))[0]
        assert [attachment.id for attachment in message.attachments] == [file_id]  # type: ignore[union-attr]
        assert site.server(name).attachments == [(file_id, made.thread_id)]
        # A file that is announced first, too: there is one place for files.
        begun = await client.create_attachment("more.txt", 5, "text/plain")
        await client.delete_attachment(begun.id)


async def test_the_catalog_says_that_an_agent_takes_no_files(site: Site) -> None:
    async with httpx2.AsyncClient(base_url=site.address, trust_env=False) as http:
        client = ChatKitClient(f"{site.address}/chatkit/fileless", http=http)
        uploaded = await http.post("/files", files={"file": ("tea.txt", b"green", "text/plain")})
        given = user_message("Look").model_copy(update={"attachments": [uploaded.json()["id"]]})
        with pytest.raises(ClientError, match="takes no files"):
            await told(client.create_thread(given))
        with pytest.raises(ClientError, match="takes no files"):
            await client.create_attachment("more.txt", 5, "text/plain")
        listed = (await http.get("/api/agents")).json()["agents"]
        uploads = {agent["id"]: agent["uploads"] for agent in listed}
        assert uploads["fileless"] is None
        assert uploads["echo"] is None  # offered on the page where the catalog says so, as it may not read them
        assert uploads["takesfiles"] is not None
