"""What models used is recorded, whatever became of the answer, with its price; and a command prints it."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.limits.meter import Meter, report_usage
from chatkit_link.limits.prices import Prices
from chatkit_link.settings import Price, read_settings
from chatkit_link.store import old_runs
from chatkit_link.store.engine import Database
from chatkit_link.store.spending import Used, load_spent, record
from chatkit_link.store.tables import runs as runs_table
from tests.finished_stream import told
from tests.limits.conftest import Command
from tests.limits.spenders import CALL_COST, MakeSettings, chat, rows
from tests.model_server import MODEL, Call, Fail, Say


@pytest.mark.parametrize("api", ["responses", "chat_completions"])
async def test_an_answer_and_its_title_are_recorded_with_their_run_model_and_cost(
    make_settings: MakeSettings, database: Database, api: str
) -> None:
    async with chat(make_settings, openai_api=api) as (_, new_user):
        ada = new_user()
        answer = await ada.ask()
        stored = await rows(database, ada.caller)

    kinds = {row.kind: row for row in stored}
    by_model = kinds["answer"]
    assert (by_model.model, by_model.agent, by_model.run_id) == (MODEL, "research", answer.run_id)
    assert (by_model.requests, by_model.input_tokens, by_model.output_tokens) == (1, 5, 7)
    assert by_model.cost == CALL_COST
    if api == "responses":  # over the other API, the scripted server sends no usage of answers that are not streamed
        assert (kinds["title"].input_tokens, kinds["title"].run_id) == (5, answer.run_id)


async def test_a_tool_call_and_the_answer_after_it_are_both_counted(
    make_settings: MakeSettings, database: Database
) -> None:
    async with chat(make_settings) as (model, new_user):
        ada = new_user()
        thread = await ada.ask()
        model.script[:] = [Call("search", {"query": "tea"}), Say("x")]
        more = await told(ada.client.add_user_message(thread.thread_id, "more"))
        stored = [row for row in await rows(database, ada.caller) if row.run_id == more.run_id]
    assert sum(row.requests for row in stored) == 2
    assert sum(row.input_tokens for row in stored) == 10


async def test_a_title_that_is_of_no_use_is_billed_all_the_same(
    make_settings: MakeSettings, database: Database
) -> None:
    async with chat(make_settings, *[Call("search", {"query": "tea"})] * 2) as (_, new_user):
        ada = new_user()
        await ada.ask()
        stored = await rows(database, ada.caller)
    assert [row.input_tokens for row in stored if row.kind == "title"] == [5]


async def test_an_answer_that_is_stopped_is_billed_for_what_it_used(
    make_settings: MakeSettings, database: Database
) -> None:
    async with chat(make_settings) as (model, new_user):
        ada = new_user()
        thread = await ada.ask()
        model.script[:] = [Call("search", {"query": "tea"}), Say("and then", hang=True)]
        async with ada.client.add_user_message(thread.thread_id, "more") as stream:
            async for received in stream:
                if "and" in getattr(getattr(received.event, "update", None), "delta", ""):
                    break
            assert stream.run_id is not None
            await ada.client.cancel_run(stream.run_id)
        stored = await rows(database, ada.caller)
    assert [row.input_tokens for row in stored if row.run_id == stream.run_id] == [5]


async def test_an_answer_that_fails_midway_is_billed_for_what_it_used(
    make_settings: MakeSettings, database: Database
) -> None:
    async with chat(make_settings) as (model, new_user):
        ada = new_user()
        thread = await ada.ask()
        model.script[:] = [Call("search", {"query": "tea"}), *[Fail(400)] * 5]
        failed = await told(ada.client.add_user_message(thread.thread_id, "more"))
        stored = await rows(database, ada.caller)
    assert failed.types[-1] == "error"
    assert [row.input_tokens for row in stored if row.run_id == failed.run_id] == [5]


@pytest.mark.parametrize("agent", ["spends", "spending-server"])
async def test_agents_that_ask_models_by_themselves_report_what_they_used(
    make_settings: MakeSettings, database: Database, agent: str
) -> None:
    async with chat(make_settings) as (_, new_user):
        ada = new_user(agent=agent)
        answer = await ada.ask()
        stored = [row for row in await rows(database, ada.caller) if row.kind == "answer"]
    assert [(row.model, row.input_tokens, row.cached_tokens, row.output_tokens) for row in stored] == [
        ("big-model", 1000, 400, 20)
    ]
    assert stored[0].cost == Decimal("0.1")  # by the price for any other model
    assert (stored[0].agent, stored[0].run_id) == (agent, answer.run_id)


@pytest.mark.parametrize(
    ("told_usage", "tokens", "cost"),
    [
        ({"type": "tokens", "input_tokens": 100, "output_tokens": 3, "total_tokens": 103}, 103, "0.000106"),
        ({"type": "duration", "seconds": 90.0}, 0, "0.009"),
    ],
)
async def test_dictation_is_recorded_by_its_tokens_or_its_length(
    make_settings: MakeSettings, database: Database, told_usage: dict[str, Any], tokens: int, cost: str
) -> None:
    prices = {"gpt-4o-transcribe": Price(input=Decimal(1), output=Decimal(2), minute=Decimal("0.006"))}
    async with chat(make_settings, transcribe_model="gpt-4o-transcribe", prices=prices) as (model, new_user):
        model.audio_usage = told_usage
        ada = new_user()
        assert await ada.client.transcribe(b"sound", "audio/webm") == "spoken words"
        (row,) = await rows(database, ada.caller)
    assert (row.kind, row.agent, row.run_id) == ("transcription", "research", None)
    assert (row.input_tokens + row.output_tokens, row.cost) == (tokens, Decimal(cost))


async def test_what_was_used_outlives_its_thread_and_its_run_and_reveals_nothing_of_them(
    make_settings: MakeSettings, database: Database
) -> None:
    async with chat(make_settings) as (_, new_user):
        ada = new_user()
        answer = await ada.ask("canary-in-the-message")
        await ada.client.delete_thread(answer.thread_id)
        async with database.system() as connection:
            long_ago = datetime.now(UTC) - timedelta(days=30)
            await connection.execute(
                update(runs_table).where(runs_table.c.id == answer.run_id).values(finished_at=long_ago)
            )
        await old_runs.clean(database, events_for=60, runs_for=7 * 86400)
        stored = await rows(database, ada.caller)
    assert sum(row.input_tokens for row in stored) == 10
    assert "canary" not in str(stored)
    assert answer.thread_id not in str(stored)


async def test_what_is_written_twice_counts_once(database: Database, ada: Caller) -> None:
    """A database that is lost right after a commit leaves it unknown whether that was one."""
    used = Used(f"use_{uuid.uuid4().hex}", "run_1", "a", "m", "answer", 1, 10, 0, 5, Decimal("0.5"))
    me = Caller(tenant=f"t-{ada.user}", user=ada.user)
    async with database.session(me) as session:
        for _ in range(3):
            await record(session, [used])
        spent = await load_spent(session)
    assert {(one.whole_tenant, one.span): (one.tokens, one.cost) for one in spent} == {
        (whole, span): (15, Decimal("0.5")) for whole in (False, True) for span in ("day", "month")
    }


async def test_sums_are_right_when_many_write_at_once(database: Database) -> None:
    tenant = f"tenant-{uuid.uuid4().hex}"
    users = [Caller(tenant=tenant, user=f"user-{number}") for number in range(5)]

    async def write(caller: Caller) -> None:
        used = Used(f"use_{uuid.uuid4().hex}", None, "a", "m", "answer", 1, 1, 0, 1, Decimal("0.01"))
        async with database.session(caller) as session:
            await record(session, [used])

    await asyncio.gather(*(write(caller) for caller in users * 10))
    async with database.session(users[0]) as session:
        spent = {(one.whole_tenant, one.span): (one.tokens, one.cost) for one in await load_spent(session)}
    assert spent[True, "month"] == (100, Decimal("0.50"))
    assert spent[False, "day"] == (20, Decimal("0.10"))


# Prices and settings


def test_prices_are_exact_and_cached_input_has_its_own() -> None:
    prices = Prices({"m": Price(input=Decimal("0.25"), cached=Decimal("0.025"), output=Decimal(2))})
    given = {"input_tokens": 1_000_000, "cached_tokens": 400_000, "output_tokens": 3, "seconds": 0.0}
    assert prices.cost("m", **given) == Decimal("0.160006")
    assert prices.cost("m-2026-01-31", **given) == Decimal("0.160006")
    assert prices.cost("m-mini", **given) == 0


def test_prices_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_PRICES", '{"m": {"input": 0.1, "output": "0.7"}}')
    assert read_settings().prices == {"m": Price(input=Decimal("0.1"), output=Decimal("0.7"))}
    for wrong in ("m=1", '{"m": 1}', '{"m": {"input": -1}}', '{"m": {"inputs": 1}}', '{"m": {"input": "NaN"}}'):
        monkeypatch.setenv("CHATKIT_LINK_PRICES", wrong)
        with pytest.raises(ConfigurationError, match=r"(?i)prices"):
            read_settings()


def test_a_cost_budget_without_prices_is_refused(make_settings: MakeSettings) -> None:
    with pytest.raises(ConfigurationError, match="CHATKIT_LINK_PRICES"):
        make_settings(budget_user_day_cost=1)


def test_usage_is_reported_from_zero_up_and_ignored_outside_an_answer() -> None:
    report_usage("m", input_tokens=1)
    with Meter("a").running():
        for wrong in ({"input_tokens": -1}, {"input_tokens": 1, "cached_tokens": 2}, {"output_tokens": -5}):
            with pytest.raises(ValueError, match="counted from 0"):
                report_usage("m", **wrong)  # pyright: ignore[reportArgumentType]


# The command


async def test_the_usage_command_prints_a_table_and_json(make_settings: MakeSettings, command: Command) -> None:
    async with chat(make_settings) as (_, new_user):
        ada = new_user()
        await ada.ask()
        await ada.ask()

    table = (await command("usage", "--by", "day,user,agent,model")).stdout
    lines = (await command("usage", "--by=user,kind", "--json")).stdout
    (row,) = [line for line in table.splitlines() if ada.user in line]
    assert row.split() == [
        f"{datetime.now(UTC):%Y-%m-%d}", ada.user, "research", MODEL, "2", "0", "4", "0", "20", "0", "28", "0.0001"
    ]  # fmt: skip
    mine = [found for line in lines.splitlines() if (found := json.loads(line))["user"] == ada.user]
    assert [(line["kind"], line["input_tokens"], line["cost"]) for line in mine] == [
        ("answer", 10, "0.000038"), ("title", 10, "0.000038")
    ]  # fmt: skip
    assert "--by colour" in str((await command("usage", "--by=colour")).exception)


async def test_the_usage_command_counts_what_was_continued_and_repeated(database: Database, command: Command) -> None:
    caller, cost = Caller(tenant=f"tenant-{uuid.uuid4().hex}", user="ada"), Decimal("0.5")
    used = [
        Used(f"use_{uuid.uuid4().hex}", run_id, "a", "m", kind, requests, 10, 0, 5, cost, generation)
        for run_id, kind, requests, generation in (
            ("run_1", "answer", 1, 0), ("run_1", "repeat", 1, 1), ("run_1", "answer", 2, 1),
            ("run_2", "answer", 1, 0), ("run_2", "answer", 1, 2), ("run_3", "answer", 1, 0),
        )
    ]  # fmt: skip
    async with database.session(caller) as session:
        await record(session, used)

    for by, expected in (("tenant", [(3, 2, 7, 1)]), ("tenant,kind", [(3, 2, 6, 0), (1, 1, 1, 1)])):
        lines = map(json.loads, (await command("usage", f"--by={by}", "--json")).stdout.splitlines())
        mine = [line for line in lines if line["tenant"] == caller.tenant]
        names = ("runs", "continued", "requests", "repeated")
        assert [tuple(line[name] for name in names) for line in mine] == expected
    assert mine[-1]["cost"] == "0.5"
