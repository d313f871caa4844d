"""Servers that do not fit together with their database say so at start, at ``/ready`` and by ``doctor``."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx2
import pytest
from sqlalchemy import text

from chatkit_link.app import create_app
from chatkit_link.cli.doctor_checks import examine
from chatkit_link.cli.server import serving
from chatkit_link.errors import ConfigurationError
from chatkit_link.identity import FINGERPRINT
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database
from tests.conftest import running
from tests.files.test_storage_claim import at, own, own_database
from tests.files.user import Person

assert own_database and own  # fixtures
assert at  # a fixture
At = Callable[[str], Settings]
DAY = date(2026, 11, 30)


async def ready(address: str) -> tuple[int, dict[str, Any]]:
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        response = await http.get(f"{address}/ready")
    return response.status_code, response.json()


async def doctor(settings: Settings, name: str) -> list[str]:
    """The levels of what it says of this."""
    checks = await anyio.to_thread.run_sync(examine, settings, DAY)
    return [check.level for check in checks if check.name == name]


@asynccontextmanager
async def ahead(database: Database, seconds: float) -> AsyncIterator[None]:
    """The clock of this database is as many seconds ahead of that of the machine, for new connections."""
    async with database.system() as connection:
        (row,) = await connection.execute(text("SELECT current_database() AS name"))
        await connection.execute(text("CREATE SCHEMA clock"))
        await connection.execute(
            text(
                "CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                f"$$ SELECT pg_catalog.clock_timestamp() + interval '{seconds} seconds' $$"
            )
        )
        await connection.execute(text(f"ALTER DATABASE {row.name} SET search_path = clock, pg_catalog, public"))
    yield
    async with database.system() as connection:
        await connection.execute(text(f"ALTER DATABASE {row.name} RESET search_path"))
        await connection.execute(text("DROP SCHEMA clock CASCADE"))


@pytest.mark.parametrize(
    ("seconds", "status", "level"), [(0.5, 200, None), (-3, 200, "warning"), (40, 503, "bad"), (-3600, 503, "bad")]
)
async def test_a_clock_that_differs_is_a_warning_and_one_that_breaks_tokens_is_not_ready(
    at: At, own: Database, caplog: pytest.LogCaptureFixture, seconds: float, status: int, level: str | None
) -> None:
    caplog.set_level(logging.WARNING)
    async with ahead(own, seconds), running(at("one")) as address:
        code, body = await ready(address)
        assert code == status
        logged = [line for line in caplog.messages if line.startswith("The clock of this server")]
        assert len(logged) == (level is not None), "said once, however often it is asked"
        assert ("warnings" in body) == (level == "warning")
        if level is not None:
            assert ("ahead of" if seconds < 0 else "behind") in logged[0] and f"{abs(seconds)}" in logged[0]
        await ready(address)
        assert sum(line.startswith("The clock of this server") for line in caplog.messages) == len(logged)
        assert await doctor(at("one"), "clock") == ([level] if level else [])


async def test_a_schema_that_changes_under_a_server_is_said_and_an_older_one_is_not_ready(
    at: At, own: Database
) -> None:
    async def put(revision: str) -> None:
        async with own.system() as connection:
            await connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))

    async with running(at("one")) as address, own.system() as connection:
        (row,) = await connection.execute(text("SELECT version_num FROM alembic_version"))
        await connection.connection.execute("COMMIT")
        assert await ready(address) == (200, {"status": "ready", "database": "sessions"})
        await put("9999")  # a newer version has started: its migration works while this one runs
        code, body = await ready(address)
        assert code == 200 and "newer schema" in body["warnings"][0]
        with pytest.raises(ConfigurationError, match=r"schema 9999 of a newer version.*Install the newer version"):
            async with running(at("two")):
                pass
        await put("0001")
        code, body = await ready(address)
        assert code == 503 and "older schema" in body["detail"]
        await put(row.version_num)
        assert await ready(address) == (200, {"status": "ready", "database": "sessions"})


async def test_a_server_whose_secret_was_replaced_by_others_sends_users_to_them(at: At, own: Database) -> None:
    async with running(at("one")) as address:
        before = await deployment.find(own, FINGERPRINT)
        assert before is not None
        await deployment.replace(own, FINGERPRINT, "f" * 32)
        code, body = await ready(address)
        assert code == 503 and "another secret" in body["detail"]
        assert "CHATKIT_LINK" not in body["detail"], "what anybody reads names no settings"
        assert await doctor(at("one"), "secret") == ["bad"]
        await deployment.forget(own, FINGERPRINT)  # chatkit-link migrate --new-secret
        assert (await ready(address))[0] == 200


async def test_a_server_without_the_files_takes_no_users_while_another_one_has_them(at: At, tmp_path: Path) -> None:
    async with running(at("one")) as address:
        async with running(at("two")) as other:
            code, body = await ready(other)
            assert code == 503 and "storage" in body["detail"] and str(tmp_path) not in body["detail"]
        assert await ready(address) == (200, {"status": "ready", "database": "sessions"})
        person = Person(address)
        await person.attach(b"Something that is not in another folder.")
        await person.http.aclose()
    # With nobody left who has them, it is better to chat without files than not at all.
    async with running(at("two")) as address:
        code, body = await ready(address)
        assert code == 200 and body["warnings"] == ["The files of users are not in the storage of this server."]


def docs(folder: Path, name: str, *words: str) -> Path:
    made = folder / name
    made.mkdir(exist_ok=True)
    for word in words:
        (made / f"{word}.md").write_text(f"# {word}\n\nAll about {word}.\n")
    return made


async def guide(settings: Settings) -> int | None:
    """The status of the page about leaving Agent Builder, where a server with these settings names it."""
    async with running(settings) as address, httpx2.AsyncClient(base_url=address, timeout=30) as http:
        path = (await http.get("/api/agents")).json()["way_out"]
        return None if path is None else (await http.get(path)).status_code


async def found(own: Database, word: str) -> bool:
    return bool(await Documents(own).search(word, limit=1))


async def test_two_servers_with_different_documents_do_not_delete_each_others(
    at: At, own: Database, tmp_path: Path
) -> None:
    tea = at("one").model_copy(update={"docs": docs(tmp_path, "tea", "oolong", "sencha")})
    coffee = at("one").model_copy(update={"docs": docs(tmp_path, "coffee", "espresso")})
    bundled = at("one").model_copy(update={"docs": None})
    async with running(tea) as first:
        for other in (coffee, bundled):
            async with running(other) as second:
                code, body = await ready(second)
                assert code == 200 and "other documents" in body["warnings"][0]
                assert await found(own, "oolong") and not await found(own, "espresso")
                assert await doctor(other, "documents") == ["warning", "ok"]
            async with running(tea) as again:  # another replica of the first
                assert await ready(again) == (200, {"status": "ready", "database": "sessions"})
        assert await guide(bundled) is None
        # What the server for one conversation has is its own, also when nobody else is there.
        assert await ready(first) == (200, {"status": "ready", "database": "sessions"})
    async with serving(lambda bound: create_app(bound, temporary=True), coffee):
        assert await found(own, "oolong") and not await found(own, "espresso")
    async with running(coffee) as alone:
        assert await ready(alone) == (200, {"status": "ready", "database": "sessions"})
        assert await found(own, "espresso") and not await found(own, "oolong")
    assert await guide(bundled) == 200


async def test_the_same_folder_is_indexed_again_at_each_start_also_beside_another_server(
    at: At, own: Database, tmp_path: Path
) -> None:
    tea = at("one").model_copy(update={"docs": docs(tmp_path, "tea", "oolong")})
    async with running(tea) as before:
        docs(tmp_path, "tea", "sencha")
        async with running(tea) as after:
            assert await found(own, "sencha")
            assert await ready(after) == (200, {"status": "ready", "database": "sessions"})
            assert (await ready(before))[0] == 200
