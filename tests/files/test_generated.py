"""Images that a model makes become files; no base64 stays anywhere."""

from collections.abc import Callable

from chatkit.types import GeneratedImageItem
from sqlalchemy import text

from chatkit_link.http.services import Services
from tests.files.user import Person, until
from tests.finished_stream import stored

MakePerson = Callable[..., Person]


async def test_a_generated_image_is_a_file_of_its_thread(person: MakePerson, services: Services) -> None:
    ada = person(agent="paints")
    made = await ada.send(text="Paint well")

    (item,) = [item for item in await stored(ada.chat, made.thread_id) if isinstance(item, GeneratedImageItem)]
    assert item.image is not None
    given = await ada.http.get(item.image.url)
    assert (given.status_code, given.headers["content-type"]) == (200, "image/png")
    assert given.headers["content-disposition"].startswith("inline")

    updates = [event.update for event in made.events if event.type == "thread.item.updated"]
    assert [update.type for update in updates] == ["generated_image.updated"] * 2
    async with services.database.system() as connection:
        for table, column in (("thread_items", "data::text"), ("run_events", "convert_from(data, 'UTF8')")):
            asked = text(f"SELECT count(*) FROM {table} WHERE {column} LIKE '%;base64,%'")
            assert (await connection.execute(asked))[0][0] == 0
        files = text("SELECT count(*) FROM attachments WHERE thread_id = :thread")
        assert (await connection.execute(files, thread=made.thread_id))[0][0] == 1  # no draft is left

    await ada.chat.delete_thread(made.thread_id)
    assert (await ada.http.get(item.image.url)).status_code == 404
    folder = services.settings.data / "files" / str(services.files.links.file_id(item.image.url))
    await until(lambda: not folder.exists())


async def test_an_image_that_is_none_costs_the_image_and_not_the_answer(person: MakePerson) -> None:
    ada = person(agent="paints")
    made = await ada.send(text="Paint badly")
    assert made.text == "There it is."
    assert "error" not in made.types
    (item,) = [item for item in await stored(ada.chat, made.thread_id) if isinstance(item, GeneratedImageItem)]
    assert item.image is None
