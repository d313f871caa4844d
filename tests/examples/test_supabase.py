"""Professor Lock reads tables of a Supabase project: as the user who asks, and nothing beyond what was named."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import WidgetItem, WorkflowItem
from pydantic import SecretStr, ValidationError

from chatkit_link.client import ChatKitClient
from chatkit_link.store.engine import Database
from examples.professor_lock.exchange import FeedError
from examples.professor_lock.settings import LockSettings
from examples.professor_lock.sources import choose
from examples.professor_lock.supabase import Filter, Operator, TableQuery, Tables
from tests.agents.agent_builder.test_workflows import MakeSettings
from tests.conftest import running
from tests.examples.conftest import Student, words
from tests.examples.postgrest import ADA, BOB, SECRET, Project, project_app, row, signed
from tests.sdk_server import serve

ANON = signed("supabase", "anon", lives=10 * 365 * 24 * 3600)
PICKS = [
    row(1, None, "Red Sox +1.5", -125, "win"),
    row(2, ADA, "Under 224.5", -110, None),
    row(3, BOB, "Eagles -4.5", 120, "loss"),
    row(4, ADA, 'Cubs "F5", over', 105, "win"),
]


@pytest.fixture
async def project() -> AsyncIterator[tuple[Project, str]]:
    project = Project(ANON, {"picks": PICKS, "results": [row(1, None, "old", 100, "win")]})
    async with serve(project_app(project)) as address:
        yield project, address


def tables_of(address: str, *, key: str = ANON, names: tuple[str, ...] = ("picks", "gone", "secrets")) -> Tables:
    return Tables(address, SecretStr(key), names)


def as_user(address: str, user: str, **given: Any) -> SecretStr:
    return SecretStr(signed(f"{address}/auth/v1", "authenticated", user=user, **given))


async def numbers(tables: Tables, token: SecretStr | None = None, **query: Any) -> list[int]:
    rows = await tables.read(TableQuery(table="picks", **query), token)
    return [found["number"] for found in rows]


async def test_rows_are_those_that_the_user_may_see(project: tuple[Project, str]) -> None:
    asked, address = project
    tables = tables_of(address)
    assert await numbers(tables) == [1]
    assert await numbers(tables, as_user(address, ADA)) == [1, 2, 4]
    assert await numbers(tables, as_user(address, BOB)) == [1, 3]
    assert {method for method, _, _ in asked.asked} == {"GET"}


async def test_a_token_of_another_issuer_stays_here(project: tuple[Project, str]) -> None:
    asked, address = project
    for issuer in ("https://login.example.com/", f"{address}.evil.example/auth/v1", f"{address}/auth/v1/"):
        token = SecretStr(signed(issuer, "authenticated", user=ADA))
        assert await numbers(tables_of(address), token) == [1]
        assert token.get_secret_value() not in str(asked.asked)
    own = Tables(address, SecretStr(ANON), ["picks"], issuer="https://login.example.com/")
    assert await numbers(own, SecretStr(signed("https://login.example.com/", "authenticated", user=ADA))) == [1, 2, 4]


async def test_a_publishable_key_is_no_bearer_token() -> None:
    project = Project("sb_publishable_abc", {"picks": PICKS})
    async with serve(project_app(project)) as address:
        tables = tables_of(address, key="sb_publishable_abc")
        assert await numbers(tables) == [1]
        assert await numbers(tables, as_user(address, BOB)) == [1, 3]


@pytest.mark.parametrize(
    ("column", "operator", "value", "found"),
    [
        ("result", "eq", "win", [1, 4]),
        ("result", "is", "null", [2]),
        ("odds", "gt", "-115", [2, 4]),
        ("pick", "ilike", "*sox*", [1]),
        ("pick", "in", 'Under 224.5, Cubs "F5"', [2]),
        ("pick", "eq", "x&select=secret&or=(number.gt.0)", []),
        ("pick", "eq", 'Cubs "F5", over', [4]),
    ],
)
async def test_filters_are_one_column_one_operator_and_one_value(
    project: tuple[Project, str], column: str, operator: Operator, value: str, found: list[int]
) -> None:
    _, address = project
    condition = Filter(column=column, operator=operator, value=value)
    assert await numbers(tables_of(address), as_user(address, ADA), filters=[condition]) == found


async def test_order_columns_and_limit(project: tuple[Project, str]) -> None:
    _, address = project
    tables, ada = tables_of(address), as_user(address, ADA)
    assert await numbers(tables, ada, order="odds", descending=True, limit=2) == [4, 2]
    assert await tables.read(TableQuery(table="picks", columns=["pick", "odds"], limit=1), ada) == [
        {"pick": "Red Sox +1.5", "odds": -125}
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"table": "results"},
        {"table": "../auth/v1/admin/users"},
        {"table": "rpc/delete_all"},
        {"table": "picks?select=secret"},
        {"table": "picks", "columns": ["pick,secrets(*)"]},
        {"table": "picks", "columns": ["odds.sum()"]},
        {"table": "picks", "columns": ["meta->>secret"]},
        {"table": "picks", "order": "odds.desc,secrets(id)"},
        {"table": "picks", "filters": [Filter(column="or", operator="eq", value="(number.gt.0)")]},
        {"table": "picks", "filters": [Filter(column="select", operator="eq", value="*")]},
        {"table": "picks", "filters": [Filter(column="pick&x", operator="eq", value="1")]},
        {"table": "picks", "filters": [Filter(column="pick", operator="is", value="null)or(true")]},
    ],
)
async def test_what_was_not_named_is_never_asked_for(project: tuple[Project, str], query: dict[str, Any]) -> None:
    asked, address = project
    with pytest.raises(FeedError):
        await tables_of(address).read(TableQuery(**query))
    assert asked.asked == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"table": "gone"}, "Supabase has no table gone"),
        ({"table": "secrets"}, "You may not read the table secrets"),
        (
            {"table": "picks", "columns": ["pickk"]},
            "no such column: column picks.pickk does not exist. Perhaps you meant",
        ),
        (
            {"table": "picks", "filters": [Filter(column="odds", operator="gt", value="high")]},
            "does not fit its column",
        ),
    ],
)
async def test_a_refusal_is_a_sentence(project: tuple[Project, str], query: dict[str, Any], said: str) -> None:
    _, address = project
    for token in (None, as_user(address, ADA)):
        with pytest.raises(FeedError, match=said):
            await tables_of(address).read(TableQuery(**query), token)


async def test_a_wrong_key_and_an_expired_sign_in_are_told_apart(project: tuple[Project, str]) -> None:
    _, address = project
    with pytest.raises(FeedError, match="check SUPABASE_ANON_KEY") as refused:
        await tables_of(address, key="wrong-key").read(TableQuery(table="picks"))
    assert "wrong-key" not in str(refused.value)
    with pytest.raises(FeedError, match="Sign in again"):
        await tables_of(address).read(TableQuery(table="picks"), as_user(address, ADA, lives=-60))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"supabase_url": "https://a.supabase.co"}, "need SUPABASE_URL and SUPABASE_ANON_KEY"),
        ({"supabase_tables": "picks"}, "need SUPABASE_URL and SUPABASE_ANON_KEY"),
        (
            {"supabase_url": "https://a.supabase.co", "supabase_anon_key": signed("supabase", "service_role")},
            "secret key",
        ),
        ({"supabase_url": "https://a.supabase.co", "supabase_anon_key": "sb_secret_abc"}, "secret key"),
        (
            {"supabase_url": "https://a.supabase.co", "supabase_anon_key": signed("supabase", "supabase_admin")},
            "secret key",
        ),
        (
            {"supabase_url": "https://a.supabase.co", "supabase_anon_key": signed("x", "authenticated", user=ADA)},
            "a user's token",
        ),
        ({"supabase_url": "https://a.supabase.co", "supabase_anon_key": "k", "supabase_tables": "picks,a/b"}, "'a/b'"),
    ],
)
def test_settings_that_cannot_work_or_read_everything_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        LockSettings(_env_file=None, **given)  # pyright: ignore[reportCallIssue]
    assert "sb_secret_abc" not in str(refused.value) and "eyJ" not in str(refused.value)


def test_without_named_tables_none_is_read() -> None:
    settings = LockSettings(_env_file=None, supabase_url="https://a.supabase.co", supabase_anon_key=SecretStr("k"))  # pyright: ignore[reportCallIssue]
    assert choose(settings).tables is None


async def test_each_user_reads_in_the_chat_what_the_project_lets_them(
    project: tuple[Project, str], make_settings: MakeSettings, database: Database, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """By JWT sign-in, as a page of Supabase's has it; the token is nowhere afterwards."""
    asked, address = project
    (tmp_path / "lock.py").write_text(
        "from examples.professor_lock.professor import build\n"
        "from examples.professor_lock.settings import LockSettings\n"
        f"assistant = build(LockSettings(_env_file=None, supabase_url={address!r}, supabase_anon_key={ANON!r},"
        " supabase_tables='picks,gone'))\n"
    )
    (tmp_path / "chatkit-link.toml").write_text('default = "lock"\n[agents.lock]\ntarget = "lock.py"\n')
    settings = make_settings(
        config=tmp_path / "chatkit-link.toml",
        jwt_secret=SECRET,
        jwt_issuer=f"{address}/auth/v1",
        jwt_audience="authenticated",
    )
    caplog.set_level(logging.DEBUG)
    tokens = {user: as_user(address, user).get_secret_value() for user in (ADA, BOB)}
    async with running(settings) as server, asyncio.timeout(60):
        for user, theirs, others in ((ADA, "Under 224.5", "Eagles -4.5"), (BOB, "Eagles -4.5", "Under 224.5")):
            headers = {"Authorization": f"Bearer {tokens[user]}"}
            async with ChatKitClient(f"{server}/chatkit", headers=headers) as client:
                student = Student(client)
                answer = await student.ask("Show me the table picks")
                said = words((await student.widget("stat-table")).widget)
                assert {"Pick", "Odds", "Result", "Red Sox +1.5", theirs} <= set(said)
                assert others not in said and not any("00000000-" in word for word in said)
                assert "11\u00a0Nov\u00a02026 18:05" in said and "User id" not in said
                assert "rows of picks" in answer.text
                assert [item.type for item in (await client.get_thread(student.thread_id)).items.data] == [
                    "user_message", "widget", "assistant_message",
                ]  # fmt: skip
                answer = await student.ask("And the table gone?")
                (failed,) = [item for item in answer.view.items if isinstance(item, WorkflowItem)]
                assert "Not read: gone" in str(failed) and "Supabase has no table gone." in str(failed)
                assert not [item for item in answer.view.items if isinstance(item, WidgetItem)]
    assert {sent for _, _, sent in asked.asked} == set(tokens.values()), "asked as the user, and as nobody else"
    assert await stored_in(database, "Eagles -4.5"), "what is stored can be found"
    for token in (*tokens.values(), ANON):
        assert token not in caplog.text
        assert await stored_in(database, token) == []


async def stored_in(database: Database, words: str) -> list[str]:
    """The tables that hold a text anywhere, also as bytes."""
    found: list[str] = []
    async with database.listening() as connection:
        for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            query = f"""SELECT count(*) FROM "{row["tablename"]}" AS each WHERE position($1 in each::text) > 0
                OR position(encode(convert_to($1, 'utf8'), 'hex') in each::text) > 0"""
            if await connection.fetchval(query, words):
                found.append(str(row["tablename"]))
    return found
