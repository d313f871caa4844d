"""``chatkit-link migrate --to``: to the schema of an older version and back; and an older server on a newer schema."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Command, sentence
from tests.faults.processes import Postgres


@pytest.fixture
def url(postgres: Postgres, empty_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"postgresql://postgres@127.0.0.1:{postgres.port}/{empty_database}"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def owner(postgres: Postgres, empty_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The owner of the database, who is no superuser, and cannot lock what it may not change: PostgreSQL before 17."""
    name = f"owner_of_{empty_database}"
    postgres.query(empty_database, f"CREATE ROLE {name} LOGIN")
    postgres.query(empty_database, f"ALTER DATABASE {empty_database} OWNER TO {name}")
    if int(postgres.query(empty_database, "SHOW server_version_num")) >= 17_00_00:
        postgres.query(
            empty_database, f"ALTER DEFAULT PRIVILEGES FOR ROLE {name} REVOKE MAINTAIN ON TABLES FROM {name}"
        )
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{name}@127.0.0.1:{postgres.port}/{empty_database}")
    yield name
    postgres.query(empty_database, f"REASSIGN OWNED BY {name} TO postgres")
    postgres.query(empty_database, f"DROP OWNED BY {name}")
    postgres.query(empty_database, f"DROP ROLE {name}")


async def test_an_owner_who_is_no_superuser_reaches_each_schema(
    command: Command, owner: str, postgres: Postgres, empty_database: str
) -> None:
    for arguments in (
        ("migrate",),
        ("migrate", "--to", "0014", "--yes"),
        ("migrate",),
        ("audit", "prune", "--older-than", "30d"),
    ):
        done = await command(*arguments)
        assert done.exit_code == 0, done.output
    rights = f"SELECT has_table_privilege('{owner}', 'audit_log', 'UPDATE, DELETE, TRUNCATE')"
    assert postgres.query(empty_database, rights) == "f"


async def test_a_schema_is_left_and_reached_by_command(
    command: Command, url: str, postgres: Postgres, empty_database: str
) -> None:
    def revision() -> str:
        return postgres.query(empty_database, "SELECT version_num FROM alembic_version")

    assert (await command("migrate")).exit_code == 0
    newest = revision()
    went = await command("migrate", "--to", "0014", "--yes")
    assert went.exit_code == 0, went.output
    assert " ".join(went.output.split()) == (
        "The database is at schema 0014. Start the version that needs it: a server of this one upgrades it again."
    )
    assert revision() == "0014"

    refused = await command("migrate", "--to", "0012")
    assert sentence(refused) == (
        "Schema 0012 cannot hold everything. This would be deleted: the addresses that files came from; "
        "the audit log and the server keys that are not in the settings. Make a backup, stop all servers and add --yes."
    )
    assert revision() == "0014"
    assert (await command("migrate", "--to", "0012", "--yes")).exit_code == 0
    assert revision() == "0012"
    unknown = await command("migrate", "--to", "12")
    assert sentence(unknown).startswith("There is no schema 12: this version knows 0001 to 00")
    assert (await command("migrate")).exit_code == 0
    assert revision() == newest


async def test_an_older_version_on_a_newer_schema_says_so_in_one_sentence(
    command: Command, url: str, postgres: Postgres, empty_database: str
) -> None:
    assert (await command("migrate")).exit_code == 0
    postgres.query(empty_database, "UPDATE alembic_version SET version_num = '9999'")
    for arguments in (("migrate",), ("migrate", "--to", "0014"), ("usage",)):
        said = sentence(await command(*arguments))
        assert said.startswith("The database is at schema 9999 of a newer version of ChatKit Link; this version knows")
        assert len(said.splitlines()) == 1
