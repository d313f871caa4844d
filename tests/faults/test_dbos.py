"""The tea shop of examples/dbos in a server that is killed in the middle of an order, and started again.

Needs the extra `dbos`, which is not among the packages of the tests: pip install -r requirements-dbos.lock.
"""

import asyncio
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from tests.examples.order_tea import FOLDER
from tests.examples.test_dbos import Warehouse
from tests.faults.processes import Postgres, Server, running
from tests.faults.users import Broken, Person, answers
from tests.sdk_server import serve

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(find_spec("dbos") is None, reason="no dbos: pip install -r requirements-dbos.lock"),
]


async def test_an_order_in_a_killed_server_is_carried_out_once_and_told_in_the_same_answer(
    postgres: Postgres,
    database_name: str,
    make_server: Callable[..., Server],
    people: Callable[[], Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouse, person = Warehouse(), people()
    async with serve(warehouse.app) as at, asyncio.timeout(150):
        monkeypatch.setenv("WAREHOUSE_URL", at)
        server = make_server(config=FOLDER / "chatkit-link.toml")
        async with running(server):
            async with person.ask(server, "Two packs of sencha, please") as reading:
                await warehouse.asked.wait()
                server.kill()
                with pytest.raises(Broken):
                    await reading.read()
            warehouse.answers.set()
            await server.start()
            whole = await person.reread(server, reading.run_id, reading.last_id)
            told = answers(await person.stored(server))
    assert whole.error is None
    assert told == ["Ordered: 2 packs of sencha, parcel P1."]
    assert postgres.query(database_name, "SELECT packs FROM tea_shop.stock WHERE tea = 'sencha'") == "98"
    assert len(warehouse.requests) == 2 and len(warehouse.parcels) == 1, "asked for again, with the same key"
