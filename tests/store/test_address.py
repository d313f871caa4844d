"""Database addresses as people paste them."""

import ssl

import pytest

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.address import parse_address

RAILWAY = "postgresql://postgres:pw@postgres.railway.internal:5432/railway"
SUPABASE = "postgres://postgres.ref:p%40ss@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?sslmode=require"
NEON = "postgresql://u:p@ep-x.eu.aws.neon.tech/db?sslmode=require&channel_binding=require"


@pytest.mark.parametrize("text", [RAILWAY, SUPABASE, NEON, "postgresql+psycopg://u:p@h/db", "postgres://h/db"])
def test_every_form_becomes_an_address_for_asyncpg(text: str) -> None:
    address = parse_address(text)
    assert address.url.drivername == "postgresql+asyncpg"
    assert "sslmode" not in address.url.query
    assert "channel_binding" not in address.url.query


def test_a_password_with_special_characters_survives() -> None:
    assert parse_address(SUPABASE).url.password == "p@ss"


def test_supabases_transaction_pooler_gets_no_prepared_statements() -> None:
    address = parse_address(SUPABASE)
    assert address.pooled
    assert address.connect_args["statement_cache_size"] == 0
    assert address.connect_args["ssl"] == "require"


def test_a_direct_connection_keeps_prepared_statements() -> None:
    assert not parse_address(RAILWAY).pooled


def test_a_socket_folder_is_understood() -> None:
    assert parse_address("postgresql://postgres:@/postgres?host=/run/pg").connect_args["host"] == "/run/pg"


def test_a_certificate_of_ones_own_is_checked(tmp_path: object) -> None:
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None:
        pytest.skip("this machine has no certificate file to name")
    address = parse_address(f"postgresql://h/db?sslmode=verify-full&sslrootcert={paths.cafile}")
    assert isinstance(address.connect_args["ssl"], ssl.SSLContext)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mysql://u:hunter2@h/db", "PostgreSQL only"),
        ("sqlite:///x.db", "PostgreSQL only"),
        ("not an address hunter2", "should look like"),
        ("postgresql://u:hunter2@h/db?sslmode=perhaps", "sslmode"),
        ("postgresql://u:hunter2@h/db?connect_timeout=soon", "connect_timeout"),
        ("postgresql://u:hunter2@h/db?sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "sslrootcert"),
    ],
)
def test_what_cannot_work_is_told_without_the_password(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as refused:
        parse_address(text)
    assert "hunter2" not in str(refused.value)
