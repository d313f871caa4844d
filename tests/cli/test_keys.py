"""``chatkit-link keys`` and ``chatkit-link audit``: keys printed once, and the log of who did what."""

import json
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import Result

from chatkit_link.caller import Caller
from chatkit_link.cli.operator import operator
from chatkit_link.identity.key_format import key_hash, key_id
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.postgres import PostgresStore
from tests.cli.conftest import Command, sentence
from tests.conftest import running
from tests.faults.processes import Postgres
from tests.store.build import thread


@pytest.fixture
async def database(
    postgres: Postgres, empty_database: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """The database of the commands, at the schema of this version."""
    assert command  # which unsets what is set here
    url = postgres.url(empty_database)
    monkeypatch.setenv("DATABASE_URL", url)
    database = Database(url, pool_size=4)
    await migrate(database)
    yield database
    await database.close()


def only_line(result: Result) -> str:
    assert result.exit_code == 0, (result.output, result.exception)
    (line,) = result.stdout.splitlines()
    return line


def events(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


async def test_a_key_alone_is_on_standard_output_and_only_its_hash_in_the_database(
    command: Command, database: Database
) -> None:
    made = await command(*shlex.split("keys create shop --scope sessions --scope threads --tenant acme --expires 90d"))
    key = only_line(made)
    assert key_id(key) is not None
    assert "Key shop: sessions, threads; good until" in made.stderr
    assert key not in made.stderr
    assert "servers refuse anonymous visitors, unless CHATKIT_LINK_ALLOW_ANONYMOUS=true" in made.stderr
    assert "anonymous" not in (await command("keys", "create", "other", "--scope", "admin")).stderr
    only_line(await command("keys", "revoke", "other"))
    async with database.system() as connection:
        (row,) = await connection.connection.fetch("SELECT * FROM server_keys WHERE name = 'shop'")
    assert (row.name, row.hash, row.tenant, row.created_by) == ("shop", key_hash(key), "acme", operator().name)
    listed = await command("keys", "list")
    assert "shop" in listed.stdout
    assert "never" in listed.stdout  # used last
    assert key.rpartition("_")[2] not in listed.output
    _, described = json.loads((await command("keys", "list", "--json")).stdout)
    assert (described["name"], described["scopes"], described["tenant"]) == ("shop", ["sessions", "threads"], "acme")
    assert described["revoked_at"] is None


async def test_a_key_is_rotated_and_revoked_and_the_log_says_who_did_it(
    command: Command, database: Database, tmp_path: Path
) -> None:
    first = only_line(await command("keys", "create", "shop", "--scope", "read-only"))
    rotated = json.loads((await command("keys", "rotate", "shop", "--overlap", "2h", "--json")).stdout)
    second = rotated["key"]
    assert (rotated["scopes"], rotated["former"]["id"]) == (["read-only"], key_id(first))
    settings = Settings(database_url=database.url, data=tmp_path, docs=None, openai_api_key=None)  # type: ignore[arg-type]
    async with running(settings) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:

        async def status(key: str) -> int:
            headers = {"Authorization": f"Bearer {key}", "X-ChatKit-User": "ada"}
            return (
                await http.post("/chatkit", json={"type": "threads.list", "params": {}}, headers=headers)
            ).status_code

        assert [await status(first), await status(second)] == [200, 200]
    revoked = await command("keys", "revoke", "shop")
    assert "2 keys of the name shop revoked" in only_line(revoked)
    async with running(settings) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        assert [await status(first), await status(second)] == [401, 401]
        # Its last key has ended, and nothing else is set: that opens it to nobody.
        listed = await http.post("/chatkit", json={"type": "threads.list", "params": {}})
        assert (listed.status_code, "set-cookie" in listed.headers) == (401, False)
    doctor = json.loads((await command("doctor", "--json")).stdout)
    (access,) = [check for check in doctor["checks"] if check["name"] == "access"]
    assert (access["level"], "revoked or have expired" in access["text"]) == ("note", True)
    logged = events(await command("audit", "--action", "key", "--json"))[::-1]
    by_operator = [event for event in logged if event["actor_kind"] == "operator"]
    assert [event["action"] for event in by_operator] == ["key.created", "key.rotated", "key.revoked", "key.revoked"]
    assert {(event["actor"], event["address"]) for event in by_operator} == {(operator().name, operator().address)}
    assert [(event["target"], event["details"]["count"]) for event in logged if event["action"] == "key.used"] == [
        ("threads.list", 1), ("threads.list", 1),
    ]  # fmt: skip
    assert not [secret for secret in (first, second) if secret.rpartition("_")[2][:43] in json.dumps(logged)]


REFUSED = {
    "an unknown scope": ("keys create a --scope all", "the scopes are sessions, threads, read-only, admin"),
    "a name with a space": ('keys create "a b" --scope threads', "1 to 64 letters"),
    "a name that another key has in the log": (
        "keys create CHATKIT_LINK_SERVER_KEY --scope threads",
        "choose another name",
    ),
    "a tenant that is none": ('keys create a --scope threads --tenant " "', "--tenant has 1 to 255"),
    "a length without a unit": ("keys create a --scope threads --expires 90", "--expires 90d"),
    "no time at all": ("keys create a --scope threads --expires 0s", "--expires 90d"),
    "a taken name": ("keys create taken --scope threads", "There is a key by the name of taken"),
    "rotating what is not there": ("keys rotate other", "There is no key by the name of other"),
    "revoking what is not there": ("keys revoke other", "There is no key by the name of other"),
    "an unknown action": ("audit --action spying", "the actions are"),
    "pruning what is young": ("audit prune --older-than 29d", "at least 30d"),
    "a file that cannot be written": ("audit export no-such-folder/a.jsonl", "cannot be written"),
}


@pytest.mark.usefixtures("database")
async def test_what_cannot_be_done_is_refused_in_a_sentence_and_a_revoked_name_is_free(command: Command) -> None:
    for _ in range(2):
        only_line(await command("keys", "create", "taken", "--scope", "threads"))
        only_line(await command("keys", "revoke", "taken"))
    only_line(await command("keys", "create", "taken", "--scope", "threads"))
    for name, (line, expected) in REFUSED.items():
        assert expected in sentence(await command(*shlex.split(line))), name


async def test_the_log_is_printed_and_exported_and_the_export_is_in_it(
    command: Command, database: Database, tmp_path: Path
) -> None:
    store = PostgresStore(database)
    ada = Caller("acme", "ada")
    here, there = await thread(store, ada), await thread(store, ada)
    assert (await command("threads", "lock", here.id, "--reason", "under review")).exit_code == 0
    await store.delete_thread(there.id, ada)
    printed = (await command("audit", "--since", "1h")).stdout
    assert f"operator {operator().name}" in printed
    assert "thread.locked" in printed
    assert "under review" not in printed
    found = events(await command("audit", "--user", "ada", "--json"))
    assert [(event["action"], event["target"]) for event in found] == [
        ("thread.deleted", there.id), ("thread.locked", here.id),
    ]  # fmt: skip
    assert len(events(await command("audit", "--limit", "1", "--json"))) == 1
    assert "No event" in (await command("audit", "--tenant", "elsewhere")).stdout

    file = tmp_path / "audit.jsonl"
    exported = await command("audit", "export", str(file))
    assert (exported.exit_code, exported.stdout) == (0, "")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["action"] for line in lines] == ["thread.locked", "thread.deleted", "audit.exported"]
    assert "3 events" in exported.stderr
    piped = events(await command("audit", "export", "--action", "audit", "-"))
    assert [(event["action"], event["target"]) for event in piped] == [
        ("audit.exported", str(file)), ("audit.exported", "-"),
    ]  # fmt: skip


async def test_an_old_event_is_pruned(command: Command, database: Database) -> None:
    async with database.system() as connection:
        await connection.connection.execute(
            "INSERT INTO audit_log (at, actor_kind, actor, action, details) "
            "VALUES (now() - interval '31 days', 'user', 'ada', 'thread.deleted', '{}')"
        )
    assert only_line(await command("audit", "prune", "--older-than", "30d")) == "1 event older than 30 days deleted."
    assert [event["action"] for event in events(await command("audit", "--json"))] == ["audit.pruned"]
