"""Database addresses as people paste them."""

import ssl

import pytest

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.address import parse_address
from chatkit_link.store.engine import Database

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
        ("postgresql://u:hunter2@h/db?target_session_attrs=fast", "target_session_attrs"),
        ("postgresql://u:hunter2@h1:1,h2:x/db", "hosts and ports"),
        ("postgresql://u:hunter2@h1,/db", "a host without a name"),
        ("postgresql://u:hunter2@h/db?connect_timeout=soon", "connect_timeout"),
        ("postgresql://u:hunter2@h/db?sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "sslrootcert"),
    ],
)
def test_what_cannot_work_is_told_without_the_password(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as refused:
        parse_address(text)
    assert "hunter2" not in str(refused.value)


#: What hosting services and libraries put into addresses, and whether it shows that sessions do not last.
PASTED = {
    "Neon": ("postgresql://u:p@ep-x.eu-central-1.aws.neon.tech/db?sslmode=require&channel_binding=require", False),
    "Neon, pooled": ("postgresql://u:p@ep-x-pooler.eu-central-1.aws.neon.tech/db?sslmode=require", True),
    "Neon on Azure, pooled": ("postgresql://u:p@ep-x-pooler.eastus2.azure.neon.tech:5432/db", True),
    "Neon, without SNI": ("postgresql://u:p@ep-x.aws.neon.tech/db?options=endpoint%3Dep-x", False),
    "Supabase": ("postgresql://postgres:p@db.ref.supabase.co:5432/postgres", False),
    "Supabase, dedicated": ("postgresql://postgres:p@db.ref.supabase.co:6543/postgres", True),
    "Supabase, session": ("postgres://postgres.ref:p@aws-0-eu-west-1.pooler.supabase.com:5432/postgres", False),
    "Supabase on Vercel": (
        "postgres://postgres.ref:p@aws-0-eu-west-1.pooler.supabase.com:6543/postgres?supa=base-pooler.x",
        True,
    ),
    "Prisma": ("postgresql://u:p@h/db?schema=public&connection_limit=1&pool_timeout=0&pgbouncer=true", True),
    "Prisma, more": ("postgresql://u:p@h/db?statement_cache_size=0&sslaccept=strict&socket_timeout=3", False),
    "node-postgres": ("postgres://u:p@h/db?ssl=no-verify&uselibpqcompat=true", False),
    "Heroku": ("postgres://u:p@ec2-1.compute-1.amazonaws.com:5432/db?sslmode=require", False),
    "DigitalOcean's pool": ("postgresql://doadmin:p@x.b.db.ondigitalocean.com:25061/pool?sslmode=require", False),
    "Azure": ("postgresql://u:p@x.postgres.database.azure.com:6432/db?sslmode=require", False),
    "Fly": ("postgresql://fly-user:p@pgbouncer.x.flympg.net/fly-db", False),
    "RDS Proxy": ("postgresql://u:p@x.proxy-abc.eu-west-1.rds.amazonaws.com:5432/db", False),
    "no bound": ("postgresql://u:p@h/db?connect_timeout=0&keepalives=1&gssencmode=disable", False),
    "several hosts": (
        "postgresql://u:p@h1:5432,h2:5433/db?target_session_attrs=read-write&sslsni=1",
        False,
    ),
}


@pytest.mark.parametrize("name", PASTED)
def test_what_a_service_puts_into_an_address_stops_nothing(name: str) -> None:
    text, pooled = PASTED[name]
    address = parse_address(text)
    assert address.pooled == pooled
    known = {"host", "port", "user", "password", "database", "server_settings", "ssl", "statement_cache_size"}
    assert address.connect_args.keys() <= known | {"target_session_attrs"}
    assert not address.url.query.keys() - {"prepared_statement_cache_size"}


@pytest.mark.parametrize(
    ("text", "direct"),
    [
        (PASTED["Neon, pooled"][0], "ep-x.eu-central-1.aws.neon.tech:5432"),
        (PASTED["Neon"][0], None),
        (PASTED["Supabase, dedicated"][0], "db.ref.supabase.co:5432"),
        (PASTED["Supabase on Vercel"][0], "aws-0-eu-west-1.pooler.supabase.com:5432"),
        (PASTED["Azure"][0], "x.postgres.database.azure.com:5432"),
        (PASTED["Fly"][0], "direct.x.flympg.net:5432"),
        (PASTED["DigitalOcean's pool"][0], None),
        ("postgresql://u:p@ep-x-pooler.example.com/db", None),
        ("postgresql://u:p@supabase.example.com:6543/db", None),
    ],
)
def test_the_direct_address_follows_where_the_service_documents_it(text: str, direct: str | None) -> None:
    address = parse_address(text)
    if direct is None:
        assert address.direct is None
        return
    assert address.direct is not None and address.direct.text == direct
    same = ("user", "password", "database", "ssl")
    given = address.as_pooled()
    assert [address.direct.connect_args.get(key) for key in same] == [given.connect_args.get(key) for key in same]
    assert not address.direct.pooled and "statement_cache_size" not in address.direct.connect_args


def test_neons_endpoint_is_passed_on_and_is_another_one_without_the_pooler() -> None:
    host = "ep-x-pooler.eu.aws.neon.tech"
    address = parse_address(f"postgresql://u:p@{host}/db?options=endpoint%3Dep-x-pooler%20-c%20geqo%3Doff")
    assert address.connect_args["server_settings"]["options"] == "endpoint=ep-x-pooler -c geqo=off"
    assert address.direct is not None
    assert address.direct.connect_args["server_settings"]["options"] == "endpoint=ep-x -c geqo=off"


@pytest.mark.parametrize(
    ("text", "hosts", "ports"),
    [
        ("postgresql://u:p@h1:5432,h2:5433/db", ["h1", "h2"], [5432, 5433]),
        ("postgresql://u:p@h1,h2:5433/db", ["h1", "h2"], [5432, 5433]),
        ("postgresql://u:p@[::1]:5433,[::2]/db", ["::1", "::2"], [5433, 5432]),
        ("postgresql:///db?host=h1,h2&port=1,2", ["h1", "h2"], [1, 2]),
        ("postgresql://h3/db?host=h1&host=h2&port=7", ["h1", "h2"], [7, 7]),
        ("postgresql:///db?host=/run/pg&port=6432&user=u", "/run/pg", 6432),
    ],
)
def test_several_hosts_are_tried_in_turn(text: str, hosts: object, ports: object) -> None:
    address = parse_address(text)
    assert (address.connect_args["host"], address.connect_args["port"]) == (hosts, ports)
    assert address.connect_args["user"] == ("u" if "u:p@" in text or "user=u" in text else None)


def test_a_connect_timeout_of_zero_is_no_bound_of_the_address() -> None:
    assert parse_address("postgresql://h/db?connect_timeout=7").connect_args["timeout"] == 7
    assert "timeout" not in parse_address("postgresql://h/db?connect_timeout=0").connect_args


async def test_what_is_passed_on_reaches_the_database(postgres_url: str) -> None:
    place = parse_address(postgres_url).connect_args["host"]
    hosts = f"/nowhere,{place}" if place.startswith("/") else f"127.0.0.2,{place}"
    more = f"options=-c%20geqo%3Doff&target_session_attrs=read-write&channel_binding=prefer&host={hosts}"
    url = parse_address(postgres_url).url.set(query={}, host=None, drivername="postgresql")
    database = Database(f"{url.render_as_string(hide_password=False)}?{more}", pool_size=1)
    async with database.replica() as connection:
        assert await connection.connection.fetchval("SHOW geqo") == "off"
    await database.close()
