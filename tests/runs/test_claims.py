"""What is known when a run claims its thread is in its row until it is over, for whoever takes it over."""

import pytest

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.takeover import Orphan
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from tests.runs.answers import keep_nothing


@pytest.mark.parametrize("at_once", [0, 3])
async def test_a_run_that_has_logged_nothing_says_how_it_began(
    database: Database, ada: Caller, thread: str, at_once: int
) -> None:
    found: list[Orphan] = []

    async def continues(orphan: Orphan) -> None:
        found.append(orphan)

    async with (
        Coordinator(database, keep_nothing, at_once=at_once) as first,
        Coordinator(database, keep_nothing, continues=continues) as second,
    ):
        async with first.claim(ada, thread, "agent", known=b'{"who": "ada"}') as run:
            await first._supervisor.stop()
            await rows.renew(database, first.replica, [run.id], -1)
            await second._recovery.take_orphans()
        [orphan] = [each for each in found if each.row.id == run.id]
        assert orphan.row.claim == b'{"who": "ada"}'
        assert (orphan.events, orphan.steps) == ([], {})
        async with database.system() as connection:
            [row] = await connection.connection.fetch("SELECT status, claim FROM runs WHERE id = $1", run.id)
        assert tuple(row) == ("interrupted", None), "nobody needs it any more"
