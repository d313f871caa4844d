"""A database that cannot be used is a sentence: the server's reason, where it is, and what to do about it."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_settings
from chatkit_link.store.migrate import migrate, require_schema
from chatkit_link.store.open import open_database
from tests.cli.conftest import Command, sentence
from tests.faults.processes import Postgres, free_port

PASSWORD = "hunter2"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def refusal(url: str) -> str:
    """What a server that is started on this address, or ``chatkit-link migrate``, ends with."""
    with pytest.raises(ConfigurationError) as refused:
        async with asyncio.timeout(30), open_database(read_settings(database_url=url)) as database:
            await migrate(database)
    text = str(refused.value)
    assert PASSWORD not in text
    assert 2 <= len(text.splitlines()) <= 5, text
    return text


def address(postgres: Postgres, *, user: str = "postgres", database: str = "postgres", query: str = "") -> str:
    return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{postgres.port}/{database}{query}"


@asynccontextmanager
async def listening(handle: Handler, context: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """Something else on a port of 127.0.0.1."""
    done = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
            await done.wait()
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        done.set()


async def test_a_port_on_which_nothing_listens(postgres: Postgres) -> None:
    port = free_port()
    text = await refusal(f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/chat")
    assert text.splitlines()[:2] == [
        "The database cannot be reached: connection refused.",
        f"  host 127.0.0.1, port {port}, database chat, user ada",
    ]
    assert "Start PostgreSQL there" in text


async def test_a_host_that_has_no_address() -> None:
    text = await refusal(f"postgresql://ada:{PASSWORD}@nowhere.invalid/chat")
    assert "the name of the host cannot be resolved" in text
    assert text.splitlines()[1:] == [
        "  host nowhere.invalid, port 5432, database chat, user ada",
        "  Correct the host in DATABASE_URL.",
    ]


async def test_a_wrong_password(postgres: Postgres) -> None:
    text = await refusal(address(postgres, user="needs_password"))
    assert 'password authentication failed for user "needs_password"' in text
    assert "Correct the user or the password in DATABASE_URL" in text


async def test_a_user_that_there_is_not(postgres: Postgres) -> None:
    assert 'role "nobody" does not exist' in await refusal(address(postgres, user="nobody"))


async def test_a_database_that_there_is_not(postgres: Postgres) -> None:
    text = await refusal(address(postgres, database="nothing"))
    assert 'cannot be reached: database "nothing" does not exist' in text
    assert "createdb" in text


async def test_a_server_without_tls(postgres: Postgres) -> None:
    text = await refusal(address(postgres, query="?sslmode=require"))
    assert "rejected SSL upgrade" in text
    assert "Correct sslmode in DATABASE_URL" in text


async def test_a_certificate_that_is_not_known(tmp_path: Path) -> None:
    context = self_signed(tmp_path)

    async def accept_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # SSLRequest: https://www.postgresql.org/docs/18/protocol-message-formats.html
        writer.write(b"S")
        await writer.start_tls(context)

    async with listening(accept_tls) as port:
        text = await refusal(
            f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/chat?sslmode=verify-full&sslrootcert=system"
        )
    assert "its TLS certificate is not accepted" in text and "self-signed" in text
    assert "sslrootcert=FILE" in text


async def test_a_certificate_authority_that_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    text = await refusal(f"postgresql://ada:{PASSWORD}@127.0.0.1:1/chat?sslmode=verify-full")
    assert "root certificate file" in text and "sslrootcert=FILE" in text


async def test_a_port_of_something_else() -> None:
    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with listening(speak_http) as port:
        text = await refusal(f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/chat")
    assert "cannot be reached" in text


async def test_a_port_that_never_answers_is_waited_for_within_bounds() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pass

    async with listening(say_nothing) as port:
        text = await refusal(f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/chat?connect_timeout=0.5")
    assert "it does not answer in time" in text


async def test_a_server_that_is_full(postgres: Postgres) -> None:
    postgres.query("postgres", "CREATE ROLE ada_waits LOGIN CONNECTION LIMIT 0")
    text = await refusal(address(postgres, user="ada_waits"))
    assert "too many connections for role" in text
    assert "CHATKIT_LINK_DATABASE_POOL" in text


async def test_a_user_who_may_not_create_tables(postgres: Postgres, empty_database: str) -> None:
    postgres.query("postgres", "CREATE ROLE ada_reads LOGIN")
    text = await refusal(address(postgres, user="ada_reads", database=empty_database))
    assert "cannot be used: permission denied for schema public" in text
    assert "GRANT USAGE, CREATE ON SCHEMA public" in text


async def test_a_replica_that_takes_no_writes(postgres: Postgres, empty_database: str) -> None:
    postgres.query("postgres", f"ALTER DATABASE {empty_database} SET default_transaction_read_only = on")
    text = await refusal(address(postgres, database=empty_database))
    assert "in a read-only transaction" in text
    assert "name the primary" in text


async def test_a_disk_that_is_full(postgres: Postgres, empty_database: str) -> None:
    postgres.query(
        empty_database,
        """
        CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100';
        END $$;
        CREATE EVENT TRIGGER full_disk ON ddl_command_start EXECUTE FUNCTION full_disk();
        """,
    )
    text = await refusal(address(postgres, database=empty_database))
    assert "No space left on device" in text
    assert "Free space on the disk of the database server" in text


async def test_a_schema_of_a_newer_version_is_neither_migrated_nor_read(
    postgres: Postgres, empty_database: str
) -> None:
    postgres.query(
        empty_database, "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('9999')"
    )
    for attempt in (migrate, require_schema):
        with pytest.raises(ConfigurationError, match="schema 9999 of a newer version") as refused:
            async with open_database(
                read_settings(database_url=address(postgres, database=empty_database))
            ) as database:
                await attempt(database)
        assert "Install the newer version" in str(refused.value)
    assert postgres.query(empty_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "1"


@pytest.mark.parametrize("password", ["top@hunter2", "hunter2@top", "a@hunter2/b", "hunter2@a?b", "a@hunter2#b"])
async def test_a_password_with_an_at_sign_is_refused_before_a_part_of_it_is_taken_for_a_host(password: str) -> None:
    text = await refusal(f"postgresql://ada:{password}@127.0.0.1:1/chat")
    assert "more than one @" in text
    assert "%40 for @" in text


async def test_a_password_whose_rest_looks_like_a_port_is_not_repeated() -> None:
    text = await refusal("postgresql://ada:top@a:hunter2@127.0.0.1:1/chat")
    assert "not a database address" in text
    assert "%40 for @" in text


@pytest.mark.parametrize("start", ["ada:a?b/c#d:e@", "ada:top%40hunter2@", "ada%40shop:top@", "ada@shop:top@"])
async def test_other_special_characters_and_escaped_ones_are_read_as_they_are(start: str) -> None:
    port = free_port()
    text = await refusal(f"postgresql://{start}127.0.0.1:{port}/chat?application_name=a@b")
    assert f"host 127.0.0.1, port {port}, database chat, user " in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("migrate",),
        ("usage",),
        ("threads", "lock", "thr_1"),
        ("import", "threads", "--user", "ada"),
        ("import", "threads", "--user", "ada", "--dry-run"),
    ],
)
async def test_every_command_reports_it_the_same_way(
    arguments: tuple[str, ...], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ada:{PASSWORD}@127.0.0.1:{free_port()}/chat")
    monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", "sk-good-1")
    text = sentence(await command(*arguments))
    assert text.startswith("The database cannot be reached: connection refused.\n  host 127.0.0.1, port ")


async def test_the_doctor_reports_it_and_looks_at_the_rest(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ada:{PASSWORD}@127.0.0.1:{free_port()}/chat")
    result = await command("doctor")
    assert result.exit_code == 1
    assert "bad     database: The database cannot be reached: connection refused." in result.output
    assert "model: the offline model" in result.output


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
