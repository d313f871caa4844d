"""What a model is shown of files, seen from the model's side."""

import base64
import io
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from chatkit.types import GeneratedImageItem
from PIL import Image
from sqlalchemy import text

from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from tests.agents.test_models import APIS, conversation, scripted
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person
from tests.model_server import MODEL, Fail, ModelServer, Paint, Say

MakeSettings = Callable[..., Settings]


@asynccontextmanager
async def chatting(make: MakeSettings, model: ModelServer, **given: Any) -> AsyncGenerator[Person]:
    settings = make(
        openai_api_key="sk", openai_base_url=model.address, model=MODEL, search="local",
        **{"openai_api": "responses"} | given,
    )  # fmt: skip
    async with running(settings) as address:
        ada = Person(address, "research")
        try:
            yield ada
        finally:
            await ada.http.aclose()


def parts(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything in the messages of a request, whichever API it was made to."""
    messages = request.get("input") or request.get("messages") or []
    return [part for message in messages if isinstance(message.get("content"), list) for part in message["content"]]


def pictures(request: dict[str, Any]) -> list[str]:
    urls = [part["image_url"] for part in parts(request) if part.get("image_url")]
    return [url if isinstance(url, str) else url["url"] for url in urls]


@pytest.mark.parametrize("api", APIS)
async def test_an_image_goes_to_the_model_as_an_image(make_settings: MakeSettings, api: str) -> None:
    async with scripted(Say("A red one.")) as model, chatting(make_settings, model, openai_api=api) as ada:
        attached = await ada.attach(samples.photo(), "photo.jpg", "image/jpeg")
        made = await ada.send(attached, text="What is it?")

        assert made.text == "A red one."
        (url,) = pictures(conversation(model)[0])
        assert url.startswith("data:image/jpeg;base64,")
        data = base64.b64decode(url.partition(",")[2])
        assert b"CANARY" not in data  # nor is it told where the picture was taken
        with Image.open(io.BytesIO(data)) as shown:
            assert shown.size == (20, 40)


async def test_text_and_pdf_go_as_text_and_others_by_name(make_settings: MakeSettings) -> None:
    async with scripted(Say("Read.")) as model, chatting(make_settings, model, file_text=2000) as ada:
        files = [
            await ada.attach(b"\xef\xbb\xbfSteep for two minutes.", "tea.md", "text/markdown"),
            await ada.attach("Größe".encode("cp1252"), "old.csv", "text/csv"),
            await ada.attach("\ufeffWide text".encode("utf-16-le"), "wide.txt"),
            await ada.attach(samples.pdf("Page number one", "And page two"), "a.pdf", "application/pdf"),
            await ada.attach(b"long " * 5000, "long.txt"),
            await ada.attach(b"PK\x03\x04" + bytes(100), "a.docx", ""),
        ]
        made = await ada.send(*files)

        told = json.dumps(parts(conversation(model)[0]), ensure_ascii=False)
        for words in ("Steep for two minutes.", "Größe", "Wide text", "Page number one", "And page two"):
            assert words in told
        assert "Only its first 2,000 characters are shown" in told
        assert told.count("long ") < 500
        assert "'a.docx'" in told and "no text can be read from it" in told
        (notice,) = [event for event in made.events if event.type == "notice"]
        assert notice.message == "The assistant was not shown a.docx: no text can be read from it."
        assert made.text == "Read." and "error" not in made.types


async def test_a_model_that_takes_no_images_answers_without_them(make_settings: MakeSettings) -> None:
    async with scripted(Fail(400), Say("I cannot see it.")) as model, chatting(make_settings, model) as ada:
        attached = await ada.attach(samples.image(), "a.png", "image/png")
        made = await ada.send(attached)

        assert made.text == "I cannot see it."
        assert "error" not in made.types
        refused, answered = conversation(model)
        assert pictures(refused) and not pictures(answered)
        assert "this model takes no images" in json.dumps(answered)
        assert [event.message for event in made.events if event.type == "notice"] == [
            "The assistant was not shown a.png: this model takes no images."
        ]


async def test_a_failure_that_has_nothing_to_do_with_images_is_told(make_settings: MakeSettings) -> None:
    async with scripted(Fail(400), Fail(400)) as model, chatting(make_settings, model) as ada:
        made = await ada.send(text="No files here")
        assert made.types[-1] == "error"
        assert len(conversation(model)) == 1


async def test_only_the_newest_images_are_shown(make_settings: MakeSettings) -> None:
    async with (
        scripted(Say("one"), Say("two")) as model,
        chatting(make_settings, model) as ada,
    ):
        old = [await ada.attach(samples.image(colour="blue"), f"old{n}.png", "image/png") for n in range(3)]
        made = await ada.send(*old)
        new = [await ada.attach(samples.image(), f"new{n}.png", "image/png") for n in range(9)]
        await ada.send(*new, thread_id=made.thread_id)

        last = conversation(model)[-1]
        assert len(pictures(last)) == 10
        assert json.dumps(last).count("newest 10 images only") == 2


async def test_a_deleted_file_is_no_error_later(make_settings: MakeSettings) -> None:
    async with scripted(Say("one"), Say("two")) as model, chatting(make_settings, model) as ada:
        attached = await ada.attach(b"soon gone", "a.txt")
        made = await ada.send(attached)
        await ada.chat.delete_attachment(attached.id)
        again = await ada.send(text="And now?", thread_id=made.thread_id)
        assert again.text == "two"
        assert "it was deleted" in json.dumps(conversation(model)[-1])


async def test_an_image_the_model_has_made_is_shown_to_it_again(
    make_settings: MakeSettings, database: Database
) -> None:
    """As a file of the thread: neither the items nor the model's own record of the turn hold its base64."""
    script = Paint(samples.image()), Say("There."), Say("A red one, as you see.")
    async with scripted(*script) as model, chatting(make_settings, model) as ada:
        made = await ada.send(text="Paint something red")
        (image,) = [item for item in made.view.items if isinstance(item, GeneratedImageItem)]
        assert image.image is not None and (await ada.http.get(image.image.url)).content == samples.image()

        again = await ada.send(text="What is it?", thread_id=made.thread_id)

        assert again.text == "A red one, as you see."
        last = conversation(model)[-1]
        assert len(pictures(last)) == 1
        assert "image_generation_call" not in json.dumps(last)
    async with database.system() as connection:
        kept = text("SELECT count(*) FROM turns WHERE thread_id = :id AND record::text LIKE '%image_generation_call%'")
        assert (await connection.execute(kept, id=made.thread_id))[0][0] == 0
