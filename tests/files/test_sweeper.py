"""What nobody ever sent goes after a day, and what a row no longer needs goes when it can."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound, Unavailable
from chatkit_link.files.storage import Storage
from chatkit_link.files.sweeper import Sweeper
from chatkit_link.http.services import Services
from chatkit_link.store import files as rows
from chatkit_link.store.engine import Database
from tests.files.user import Person, until

MakePerson = Callable[..., Person]


async def age(database: Database, file_id: str, hours: float) -> None:
    async with database.system() as connection:
        older = text("UPDATE attachments SET created_at = now() - make_interval(secs => :s) WHERE id = :id")
        await connection.execute(older, s=hours * 3600, id=file_id)


async def test_what_was_never_sent_is_swept_after_a_day(person: MakePerson, services: Services) -> None:
    ada = person()
    young, old, sent, begun = [await ada.attach(b"x") for _ in range(3)] + [
        await ada.chat.create_attachment("a.txt", 5, "text/plain")
    ]
    await ada.send(sent)
    for attached, hours in ((young, 23), (old, 25), (sent, 1000), (begun, 3)):
        await age(services.database, attached.id, hours)

    services.files.tidy()

    folder = services.settings.data / "files"
    await until(lambda: not ((folder / old.id).exists()))
    assert (folder / young.id).exists() and (folder / sent.id).exists()
    assert (await ada.http.get(f"/files/{old.id}/link")).status_code == 404
    assert begun.upload_descriptor is not None
    assert (await ada.http.put(str(begun.upload_descriptor.url), content=b"x")).status_code == 404


async def test_bytes_that_cannot_be_removed_now_are_removed_later(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def once() -> AsyncIterator[bytes]:
        yield b"x"

    storage = Storage("", folder=tmp_path)
    await storage.put("atc_away/x", once(), mime_type="x/y", disposition="inline")
    await rows.remove_later(database, "atc_away/", 0)

    async def away(prefix: str) -> None:
        raise Unavailable("The storage is away.")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "remove", away)
        await Sweeper(database, storage).sweep()
    assert await storage.size("atc_away/x") == 1

    async with database.system() as connection:
        await connection.execute(text("UPDATE file_removals SET due = now() WHERE prefix = 'atc_away/'"))
    await Sweeper(database, storage).sweep()
    with pytest.raises(NotFound):
        await storage.size("atc_away/x")
    async with database.system() as connection:
        left = text("SELECT count(*) FROM file_removals WHERE prefix = 'atc_away/'")
        assert (await connection.execute(left))[0][0] == 0


async def test_an_attachment_of_somebody_elses_store_is_left_alone(
    services: Services, ada: Caller, database: Database
) -> None:
    """Rows that an existing server's own attachment store has saved have no bytes here."""
    from chatkit.types import FileAttachment

    foreign = FileAttachment(id="their-1", name="a", mime_type="text/plain")
    await services.store.save_attachment(foreign, ada)
    await age(database, foreign.id, 1000)
    await rows.delete_unsent(database, unsent=86400, awaiting=7200, empty=600)
    assert await services.store.load_attachment(foreign.id, ada) == foreign
    await services.files.require_ready([foreign.id], ada)
    with pytest.raises(NotFound):
        await services.files.find(foreign.id, ada)
