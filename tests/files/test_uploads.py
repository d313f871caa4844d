"""A file is attached at once (``POST /files``), sent in a message, and read again."""

import io
from collections.abc import Callable

import pytest
from chatkit.types import GeneratedImageItem, ImageAttachment, UserMessageItem
from PIL import Image
from pydantic import AnyUrl

from chatkit_link.client import ClientError
from chatkit_link.http.services import Services
from tests.files import samples
from tests.files.user import Person, until
from tests.finished_stream import stored

MakePerson = Callable[..., Person]


async def test_a_text_file_is_attached_and_read_again(person: MakePerson) -> None:
    ada = person()
    attached = await ada.attach(b"# Tea\n", "tea.md", "text/markdown")
    assert (attached.type, attached.name, attached.mime_type) == ("file", "tea.md", "text/markdown")

    given = await ada.http.get(await ada.link(attached))

    assert given.content == b"# Tea\n"
    assert given.headers["content-type"] == "text/markdown"
    assert given.headers["content-disposition"].startswith('attachment; filename="tea.md"')


async def test_an_image_has_an_upright_preview_without_its_metadata(person: MakePerson) -> None:
    ada = person()
    attached = await ada.attach(samples.photo(), "photo.jpg", "image/jpeg")
    assert isinstance(attached, ImageAttachment)

    given = await ada.http.get(str(attached.preview_url), headers={"cookie": ""})  # as an <img> asks

    assert given.headers["content-type"] == "image/webp"
    assert given.headers["content-disposition"].startswith("inline")
    assert b"CANARY" not in given.content
    with Image.open(io.BytesIO(given.content)) as preview:
        assert preview.size == (20, 40)
        assert not preview.getexif()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_each_kind_of_image_is_taken(person: MakePerson, kind: str) -> None:
    attached = await person().attach(samples.image(kind), f"a.{kind.lower()}", f"image/{kind.lower()}")
    assert attached.mime_type == f"image/{kind.lower()}"


async def test_the_bytes_say_what_a_file_is_and_not_its_name(person: MakePerson) -> None:
    attached = await person().attach(samples.image("JPEG"), "a.png", "image/png")
    assert attached.mime_type == "image/jpeg"


async def test_old_messages_have_fresh_links(person: MakePerson, services: Services) -> None:
    ada = person()
    attached = await ada.attach(samples.image(), "a.png", "image/png")
    made = await ada.send(attached)

    (message,) = [item for item in await stored(ada.chat, made.thread_id) if isinstance(item, UserMessageItem)]
    shown = message.attachments[0]
    assert isinstance(shown, ImageAttachment)
    assert (await ada.http.get(str(shown.preview_url))).status_code == 200
    told = [event.item for event in made.events if event.type == "thread.item.done"]
    assert isinstance(told[0], UserMessageItem) and isinstance(told[0].attachments[0], ImageAttachment)
    assert (await ada.http.get(str(told[0].attachments[0].preview_url))).status_code == 200
    listed = (await ada.chat.list_items(made.thread_id)).data[-1]
    assert isinstance(listed, UserMessageItem) and listed.attachments == message.attachments
    assert shown.thread_id == made.thread_id

    # What is kept holds no signature.
    caller, _ = services.files.links.read("get", shown.id, str(shown.preview_url).partition("?link=")[2])
    kept = await services.store.load_item(made.thread_id, message.id, caller)
    assert isinstance(kept, UserMessageItem) and isinstance(kept.attachments[0], ImageAttachment)
    assert "link=" not in str(kept.attachments[0].preview_url)


async def test_a_stale_or_foreign_address_is_made_good_where_it_is_ours_only(services: Services) -> None:
    from datetime import datetime

    from chatkit.types import GeneratedImage

    from chatkit_link.caller import Caller

    links, caller = services.files.links, Caller("default", "ada")
    file_id = "atc_" + "0" * 32
    item = GeneratedImageItem(
        id="i", thread_id="t", created_at=datetime.now(),
        image=GeneratedImage(id="x", url=f"https://old.example/files/{file_id}?link=stale"),
    )  # fmt: skip
    fresh = links.fresh(item, caller).image
    assert fresh is not None and links.read("get", file_id, fresh.url.partition("?link=")[2])[0].user == "ada"
    elsewhere = ImageAttachment(
        id="a", name="a", mime_type="image/png", preview_url=AnyUrl("https://example.org/files/1.png")
    )
    assert links.fresh_attachment(elsewhere, caller) == elsewhere


async def test_a_deleted_attachment_is_gone_with_its_bytes(person: MakePerson, services: Services) -> None:
    ada = person()
    attached = await ada.attach(b"secret", "a.txt")
    link = await ada.link(attached)
    folder = services.settings.data / "files" / attached.id
    assert folder.is_dir()

    await ada.chat.delete_attachment(attached.id)

    assert (await ada.http.get(link)).status_code == 404
    await until(lambda: not folder.exists())
    with pytest.raises(ClientError, match="no such attachment"):
        await ada.chat.delete_attachment(attached.id)


async def test_the_bytes_of_a_thread_go_with_it(person: MakePerson, services: Services) -> None:
    ada = person()
    attached = await ada.attach(samples.image(), "a.png", "image/png")
    made = await ada.send(attached)
    folder = services.settings.data / "files" / attached.id
    assert len(list(folder.iterdir())) == 3  # itself, its preview, and what models see

    await ada.chat.delete_thread(made.thread_id)

    await until(lambda: not folder.exists())
