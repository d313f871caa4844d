"""An agent whose tool is a workflow of DBOS, on the PostgreSQL of the server.

An order takes packs from the stock and then has a warehouse pack them. If the server is killed in between, another one
calls the tool again, with the same idempotency key. That key is the id of the workflow, so the order goes on
behind the last step that is recorded, and takes nothing from the stock twice.

Try it: README.md in this folder.
"""

import os
import time
import uuid
from threading import Lock

import httpx2
import sqlalchemy as sa
from agents import Agent, RunContextWrapper, function_tool
from dbos import DBOS, DBOSPortableJSONSerializer, SetWorkflowID, SQLAlchemyDatasource

from chatkit_link import Assistant, LinkContext, ToolCall, repeatable

#: Where orders are packed. Without one, packing takes as long as it takes to kill a server by hand.
WAREHOUSE = os.environ.get("WAREHOUSE_URL", "")
#: This process, to DBOS. Another one must not have the same id: at its start, it would execute all orders of that id.
EXECUTOR = str(uuid.uuid4())

SHOP = """
CREATE SCHEMA IF NOT EXISTS tea_shop;
CREATE TABLE IF NOT EXISTS tea_shop.stock (tea text PRIMARY KEY, packs int NOT NULL CHECK (packs >= 0));
INSERT INTO tea_shop.stock VALUES ('sencha', 100), ('assam', 100) ON CONFLICT DO NOTHING;
"""

_starting = Lock()
_started: list[SQLAlchemyDatasource] = []


def datasource() -> SQLAlchemyDatasource:
    """The database of the shop. DBOS starts with the first order, so that the file can be loaded without it."""
    with _starting:
        if not _started:
            url, json = os.environ["DATABASE_URL"], DBOSPortableJSONSerializer()  # not pickle, which can run code
            shop = SQLAlchemyDatasource.create(url, serializer=json)
            with shop.engine.begin() as connection:
                connection.execute(sa.text(SHOP))
            DBOS(
                config={
                    "name": "tea-shop",
                    "system_database_url": url,
                    "serializer": json,
                    "executor_id": EXECUTOR,
                    # DBOS continues an order only where this is what it began with: change it with the steps alone.
                    "application_version": "1",
                    "log_level": "WARNING",
                }
            )
            DBOS.launch()
            _started.append(shop)
        return _started[0]


def take_from_stock(tea: str, packs: int) -> bool:
    """Whether there was enough. The step is recorded in the same transaction, so it happens exactly once."""
    left = sa.text("UPDATE tea_shop.stock SET packs = packs - :packs WHERE tea = :tea AND packs >= :packs")
    return datasource().sql_session().execute(left, {"tea": tea, "packs": packs}).rowcount == 1


@DBOS.step(retries_allowed=True, max_attempts=5)
def pack(tea: str, packs: int) -> str:
    """The number of the parcel. A crash may repeat the request, and the warehouse tells it by its key."""
    if not WAREHOUSE:
        time.sleep(15)
        return "sample"
    key = {"Idempotency-Key": str(DBOS.workflow_id)}
    answer = httpx2.post(f"{WAREHOUSE}/parcels", json={"tea": tea, "packs": packs}, headers=key, timeout=60)
    return answer.raise_for_status().json()["parcel"]


@DBOS.workflow()
def fulfil(tea: str, packs: int) -> str:
    if not datasource().run_tx_step({"name": "take_from_stock"}, take_from_stock, tea, packs):
        return f"There are not {packs} packs of {tea} left. Nothing was ordered."
    return f"Ordered: {packs} packs of {tea}, parcel {pack(tea, packs)}."


def fulfilled(key: str, tea: str, packs: int) -> str:
    """What came of the order with this key, which is begun, awaited or continued."""
    datasource()
    with SetWorkflowID(key):
        order = DBOS.start_workflow(fulfil, tea, packs)
    status = order.get_status()
    if status.status == "PENDING" and status.executor_id != EXECUTOR:
        order = DBOS.resume_workflow(key)  # a call is made again only when the server that made it is gone
    return order.get_result()


@function_tool
@repeatable
def order_tea(ctx: RunContextWrapper[LinkContext], tea: str, packs: int) -> str:
    """Order packs of a tea: "sencha" or "assam"."""
    if not 1 <= packs <= 20:
        return "An order is of 1 to 20 packs. Nothing was ordered."
    return fulfilled(ctx.context.idempotency_key, tea.strip().lower(), packs)


def decide(given: object, tools: frozenset[str]) -> ToolCall | str:
    """Without a model: one order for each message."""
    last = given[-1] if isinstance(given, list) else {}
    return str(last["output"]) if "output" in last else ToolCall("order_tea", {"tea": "sencha", "packs": 2})


agent = Agent(name="Tea shop", instructions="You take orders for tea, and say what came of them.", tools=[order_tea])
assistant = Assistant(agent, offline=decide)
