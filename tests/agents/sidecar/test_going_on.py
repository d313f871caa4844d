"""A TypeScript workflow whose replica dies: at each point of its log, the next one goes on."""

import os
from pathlib import Path

from chatkit_link.agents.sidecar.node import node_for
from chatkit_link.store.postgres import PostgresStore
from tests.agents.agent_builder.cut import desk
from tests.agents.agent_builder.test_going_on import die_everywhere
from tests.agents.agent_builder.test_workflows import MakeSettings
from tests.agents.agent_builder.twins import said
from tests.agents.sidecar.served import link_packages
from tests.model_server import Say

TWINS = Path(__file__).parent / "twins"


async def test_a_script_with_state_and_questions_goes_on_wherever_its_replica_dies(
    make_settings: MakeSettings, store: PostgresStore, tmp_path: Path
) -> None:
    settings = make_settings(data=tmp_path / "data")
    link_packages(settings)
    node = node_for(settings, os.environ)
    script = (Say("Room 3 at ten."), Say("It is booked."))
    async with desk(TWINS / "room_booking.ts", store, ["A room", "Approve"], *script, node=node) as here:
        await die_everywhere(here)


async def test_a_script_that_goes_round_until_a_judge_is_content(
    make_settings: MakeSettings, store: PostgresStore, tmp_path: Path
) -> None:
    settings = make_settings(data=tmp_path / "data")
    link_packages(settings)
    node = node_for(settings, os.environ)
    script = (Say("Tea!"), said(approved=False, advice="Longer."), Say("Tea for two!"), said(approved=True, advice=""))
    async with desk(TWINS / "slogan_loop.ts", store, ["For tea"], *script, node=node) as here:
        await die_everywhere(here)
