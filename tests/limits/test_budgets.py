"""Budgets give notice, and then refuse, in time."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert

from chatkit_link.caller import Caller
from chatkit_link.client import ClientError
from chatkit_link.errors import BudgetUsedUp
from chatkit_link.limits.budgets import Budgets
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.prices import Prices
from chatkit_link.store import spending
from chatkit_link.store.engine import Database
from chatkit_link.store.spending import Used, record
from chatkit_link.store.tables import spending as spending_table
from tests.finished_stream import FinishedStream
from tests.limits.spenders import MakeSettings, chat, rows
from tests.limits.users import bearer


async def test_a_used_up_budget_refuses_the_next_answer_and_states_until_when(make_settings: MakeSettings) -> None:
    async with chat(make_settings, budget_user_day_tokens=13) as (model, new_user):
        ada = new_user()
        other = new_user(ada.tenant)
        first = await ada.ask()  # 24 tokens with its title: it passes its budget midway, and is finished
        assert "error" not in first.types
        refused = await ada.refusal()
        calls = len(model.requests)
        await other.ask()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert refused.status == 429
    assert str(refused).startswith(f"Your budget for today is used up. It starts again on {tomorrow.day} ")
    assert refused.title == "Budget used up"
    assert calls == 2  # the model was not asked again


async def test_retry_after_is_the_end_of_the_budgets_span(make_settings: MakeSettings, database: Database) -> None:
    budgets = Budgets(make_settings(budget_user_day_tokens=1, budget_tenant_month_tokens=1))
    caller = Caller(tenant=f"t-{uuid.uuid4().hex}", user="u")
    async with database.session(caller) as session:
        used = Used(f"use_{uuid.uuid4().hex}", None, "a", "m", "answer", 1, 1, 0, 1, Decimal(0))
        spent = await record(session, [used])
    with pytest.raises(BudgetUsedUp, match=r"The budget for this month is used up.*on 1 ") as refused:
        budgets.require_room(spent)
    now = datetime.now(UTC)
    first = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
    assert abs(int(refused.value.headers["Retry-After"]) - (first - now).total_seconds()) < 5


async def test_a_tenants_budget_stops_all_its_users_and_no_others(make_settings: MakeSettings) -> None:
    async with chat(make_settings, budget_tenant_month_cost=Decimal("0.00003")) as (_, new_user):
        ada = new_user()
        bob, eve = new_user(ada.tenant), new_user()
        await ada.ask()
        assert str(await bob.refusal()).startswith("The budget for this month is used up.")
        await eve.ask()


async def test_users_get_a_notice_when_a_budget_is_nearly_used_up_and_when_it_is(make_settings: MakeSettings) -> None:
    def notices(answer: FinishedStream) -> list[str]:
        return [notice.message for notice in answer.view.notices]

    async with chat(make_settings, budget_user_day_tokens=50) as (_, new_user):
        ada = new_user()
        unnoticed = await ada.ask()  # 24
        nearly = await ada.ask()  # 48
        gone = await ada.ask()  # 72
        await ada.refusal()
    assert notices(unnoticed) == []
    assert len(notices(nearly)) == 1
    assert notices(nearly)[0].startswith("Your budget for today is nearly used up: ")
    assert notices(gone)[0].startswith("Your budget for today is used up with this answer.")


async def test_a_used_up_budget_stops_dictation_but_not_reading(make_settings: MakeSettings) -> None:
    async with chat(make_settings, budget_user_day_tokens=1) as (_, new_user):
        ada = new_user()
        answer = await ada.ask()
        with pytest.raises(ClientError, match="used up"):
            await ada.client.transcribe(b"sound", "audio/webm")
        assert (await ada.client.get_thread(answer.thread_id)).items.data
        await ada.client.delete_thread(answer.thread_id)
        await ada.refusal()  # a deleted thread gives nothing back


async def test_yesterdays_sums_do_not_count_today(make_settings: MakeSettings, database: Database) -> None:
    ledger = Ledger(database, Prices({}), Budgets(make_settings(budget_user_day_tokens=10)))
    caller = Caller(tenant=f"t-{uuid.uuid4().hex}", user="u")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    async def sum_until(until: datetime) -> None:
        row = {"tenant": caller.tenant, "user_id": "u", "span": "day", "until": until, "tokens": 99, "cost": 0}
        async with database.system() as connection:
            await connection.execute(insert(spending_table).values(**row))

    await sum_until(midnight)
    await ledger.require_budget(caller)
    await spending.clean(database)
    await sum_until(midnight + timedelta(days=1))
    with pytest.raises(BudgetUsedUp):
        await ledger.require_budget(caller)


async def test_a_client_cannot_choose_a_model_that_is_not_offered_nor_one_that_is_not_billed(
    make_settings: MakeSettings, database: Database, tmp_path: Path
) -> None:
    catalog = tmp_path / "agents.toml"
    (tmp_path / "helper.py").write_text("from agents import Agent\nagent = Agent(name='Helper')\n")
    catalog.write_text('[agents.helper]\ntarget = "helper.py"\nmodels = ["gpt-5.4"]\n')
    async with chat(make_settings, config=catalog) as (model, new_user):
        ada = new_user(agent="helper")
        body: dict[str, Any] = {
            "type": "threads.create",
            "params": {
                "input": {
                    "content": [{"type": "input_text", "text": "x"}],
                    "attachments": [],
                    "inference_options": {"model": "gpt-5.4"},
                }
            },
        }
        async with httpx2.AsyncClient(headers=bearer(ada.tenant, ada.user)) as http:
            url = ada.client.url
            assert (await http.post(url, json=body)).status_code == 200
            body["params"]["input"]["inference_options"]["model"] = "bigger-model"
            refused = await http.post(url, json=body)
        stored = await rows(database, ada.caller)
    assert refused.status_code == 422
    assert "does not offer that model" in refused.json()["detail"]
    assert [row.model for row in stored if row.kind == "answer"] == ["gpt-5.4"]
    assert "gpt-5.4" in [request["model"] for request in model.requests]
