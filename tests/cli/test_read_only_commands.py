"""Commands that read change nothing: not the schema, not the documents, and not the folder they are run in."""

from datetime import datetime
from pathlib import Path

import pytest
from chatkit.types import ThreadMetadata

from chatkit_link.caller import Caller
from chatkit_link.identity.secret import fingerprint
from chatkit_link.search.folder import sync_folder
from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import head, migrate
from chatkit_link.store.postgres import PostgresStore
from tests.cli.conftest import Command, files, sentence
from tests.faults.processes import Postgres
from tests.openai_server import openai_server

READING = [("usage",), ("doctor",), ("import", "threads", "--user", "ada", "--dry-run")]
ON_A_THREAD = [("threads", "lock", "thr_1"), ("threads", "close", "thr_1"), ("threads", "unlock", "thr_1")]


@pytest.fixture
async def live(postgres: Postgres, empty_database: str, tmp_path: Path) -> str:
    """The name of a database as a server leaves it, with documents that are not the bundled ones, and a thread."""
    (tmp_path / "of-the-server").mkdir()
    (tmp_path / "of-the-server" / "tea.md").write_text("# Tea\n\nGreen tea is brewed at eighty degrees.\n")
    database = Database(postgres.url(empty_database))
    await migrate(database)
    await sync_folder(Documents(database), tmp_path / "of-the-server")
    thread = ThreadMetadata(id="thr_1", created_at=datetime.now())
    await PostgresStore(database).save_thread(thread, Caller("default", "ada"))
    await database.close()
    return empty_database


def snapshot(postgres: Postgres, name: str) -> list[str]:
    """The schema, and every row that a start of a server could write."""
    statements = (
        "SELECT version_num FROM alembic_version",
        "SELECT path, hash, modified, xmin FROM documents",
        "SELECT path, position, xmin FROM document_passages",
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    )
    return [postgres.query(name, statement) for statement in statements]


@pytest.mark.parametrize("arguments", [*READING, *ON_A_THREAD])
async def test_a_live_servers_schema_and_documents_stay_as_they_are(
    arguments: tuple[str, ...], postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    before = snapshot(postgres, live)
    assert "tea.md" in before[1]
    async with openai_server() as hosted:
        monkeypatch.setenv("CHATKIT_API_BASE", hosted.address)
        monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", "sk-good-1")
        hosted.hosted.add("ada", items=2)
        result = await command(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    assert snapshot(postgres, live) == before
    assert postgres.query(live, "SELECT id FROM threads") == "thr_1"


async def test_a_thread_is_locked_and_unlocked(
    postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    assert (await command("threads", "lock", "thr_1", "--reason", "a while")).output == "Thread thr_1 is locked.\n"
    assert "a while" in postgres.query(live, "SELECT status FROM threads")
    assert (await command("threads", "unlock", "thr_1")).output == "Thread thr_1 is active.\n"


@pytest.mark.parametrize("verb", ["lock", "close", "unlock"])
async def test_a_thread_that_does_not_exist_is_named(
    verb: str, postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    assert sentence(await command("threads", verb, "thr_2")) == "There is no thread thr_2."


@pytest.mark.parametrize("arguments", [*READING, *ON_A_THREAD])
async def test_an_older_schema_is_reported_and_not_migrated(
    arguments: tuple[str, ...], postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", "sk-good-1")
    postgres.query(live, "UPDATE alembic_version SET version_num = '0008'")
    before = snapshot(postgres, live)
    result = await command(*arguments)
    if arguments == ("doctor",):
        assert result.exit_code == 0  # the server migrates when it starts
        assert "note    database: schema 0008 of an older version" in result.output
    else:
        assert f"is at schema 0008; this version needs schema {head()}. Run chatkit-link migrate" in sentence(result)
    assert snapshot(postgres, live) == before


@pytest.mark.parametrize("arguments", [*READING, *ON_A_THREAD])
async def test_no_table_is_made_in_an_empty_database(
    arguments: tuple[str, ...],
    postgres: Postgres,
    empty_database: str,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(empty_database))
    monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", "sk-good-1")
    result = await command(*arguments)
    if arguments == ("doctor",):
        assert (result.exit_code, "ok      database: empty" in result.output) == (0, True)
    else:
        assert "has no tables of ChatKit Link yet" in sentence(result)
    assert postgres.query(empty_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"


async def test_the_doctor_calls_a_newer_schema_bad(
    postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    postgres.query(live, "UPDATE alembic_version SET version_num = '9999'")
    result = await command("doctor")
    assert result.exit_code == 1
    assert "bad     database: schema 9999 of a newer version" in result.output


async def test_the_doctor_names_what_cannot_be_read_and_nothing_of_its_content(
    postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    assert "cannot be read" not in (await command("doctor")).output
    item = """'{"content": [{"type": "my secret", "text": "my secret"}]}'"""
    columns = "thread_id, id, tenant, user_id, seq, type, data"
    values = f"'thr_1', 'msg_' || n, 'default', 'ada', n, 'assistant_message', {item}"
    postgres.query(live, f"INSERT INTO thread_items ({columns}) SELECT {values} FROM generate_series(1, 7) AS n")
    postgres.query(live, """UPDATE threads SET status = '{"type": "frozen"}'""")
    result = await command("doctor")
    output = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "warning stored data: 8 cannot be read and are kept as they are: item msg_1 of thread thr_1: " in output
    assert "and 3 more" in output and "my secret" not in output


async def test_the_doctor_compares_the_secret_with_that_of_the_database_and_makes_none(
    postgres: Postgres, live: str, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs, refused = "the secret of the servers of this database", "bad     secret: The servers of this database sign"
    monkeypatch.setenv("DATABASE_URL", postgres.url(live))
    postgres.query(live, f"INSERT INTO deployment VALUES ('secret', '{fingerprint(theirs.encode())}')")
    settings: list[tuple[dict[str, str], bool]] = [
        ({}, True),  # the server would make one in its folder
        ({"CHATKIT_LINK_SECRET": "n" * 32}, True),
        ({"CHATKIT_LINK_SECRET": "n" * 32, "CHATKIT_LINK_SECRET_PREVIOUS": theirs}, False),
        ({"CHATKIT_LINK_SECRET": theirs}, False),
    ]
    for given, is_other in settings:
        with monkeypatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            result = await command("doctor")
        assert (result.exit_code == 1, refused in result.output) == (is_other, is_other), given
        assert theirs not in result.output
    assert files(tmp_path) == ["of-the-server"]
    assert postgres.query(live, "SELECT value FROM deployment WHERE name = 'secret'") == fingerprint(theirs.encode())


@pytest.mark.parametrize("arguments", [("usage",), ("doctor",), *ON_A_THREAD])
async def test_no_embedded_database_is_made(arguments: tuple[str, ...], command: Command, tmp_path: Path) -> None:
    result = await command(*arguments)
    if arguments == ("doctor",):
        assert result.exit_code == 0, result.output
        assert f"will create one in {tmp_path / '.chatkit-link' / 'postgres'}" in result.output
    else:
        assert "There is no database in .chatkit-link yet." in sentence(result)
    assert files(tmp_path) == []


async def test_a_dry_run_without_a_database_reads_what_would_come_and_leaves_none(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with openai_server() as hosted:
        monkeypatch.setenv("CHATKIT_API_BASE", hosted.address)
        monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", "sk-good-1")
        hosted.hosted.add("ada", items=2)
        result = await command("import", "threads", "--user", "ada", "--dry-run")
    assert result.exit_code == 0, result.output
    assert ["Threads", "that", "would", "be", "imported", "1"] in [line.split() for line in result.output.splitlines()]
    assert files(tmp_path) == []


async def test_migrate_makes_the_schema_and_touches_no_documents(
    postgres: Postgres, empty_database: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url(empty_database))
    result = await command("migrate")
    assert (result.exit_code, result.output) == (0, f"The database is at schema {head()}.\n")
    assert postgres.query(empty_database, "SELECT count(*) FROM documents") == "0"
