"""Exported workflows whose replica dies: at each point of its log, the next one goes on, and nothing is done twice."""

from pathlib import Path

import pytest

from chatkit_link.store.postgres import PostgresStore
from tests.agents.agent_builder.answers import ANSWERS, flow
from tests.agents.agent_builder.cut import Desk, Turn, desk
from tests.agents.agent_builder.test_flawed import guardrails_in
from tests.agents.agent_builder.twins import said
from tests.agents.agent_builder.workflows import run
from tests.agents.taken_over import plain, plain_record
from tests.finished_stream import text_of
from tests.model_server import Call, Say

EXPORTS = Path(__file__).parent / "exports"
BAD, GOOD = said(good=False, advice="Shorter."), said(good=True, advice="")
BAD_DRAFT, GOOD_DRAFT = said(approved=False, advice="Longer."), said(approved=True, advice="")


async def die_everywhere(here: Desk, *, late: bool = False, most: int = 1) -> None:
    """most: calls of a model that are repeated."""
    whole = await here.undisturbed()
    assert [turn.error for turn in whole] == [None] * len(whole)
    for number, turn in enumerate(whole):
        for room in range(turn.entries + 1):
            again = await here.cut(number, room, late=late)
            for own, same in zip(again, whole, strict=True):
                require_same(own, same, (number, room))
            assert late or again[number].asked <= turn.asked + most, (number, room)
            assert late or again[number].searched <= turn.searched + 1, (number, room)


def require_same(turn: Turn, undisturbed: Turn, place: object) -> None:
    assert turn.error is None, (place, turn.error)
    assert plain(turn.items) == plain(undisturbed.items), place
    assert turn.record["covers"] == undisturbed.record["covers"], place
    own, same = (plain_record({**each.record, "covers": []}, []) for each in (turn, undisturbed))
    assert own == same, place


async def test_a_loop_with_state_a_critic_and_questions_goes_on_wherever_its_replica_dies(store: PostgresStore) -> None:
    script = (Say("Dear all"), BAD, Say("Dears"), GOOD, Say("Hi"), GOOD)
    async with desk(EXPORTS / "newsletter.py", store, ["Write about tea", "Reject", "Approve"], *script) as here:
        await die_everywhere(here)


async def test_what_two_replicas_have_done_is_not_done_by_the_third(store: PostgresStore) -> None:
    script = (Say("Dear all"), BAD, Say("Dears"), GOOD)
    async with desk(EXPORTS / "newsletter.py", store, ["Write about tea"], *script) as here:
        (whole,) = await here.undisturbed()
        for room in range(1, whole.entries, 5):
            for second in range(1, whole.entries - room, 7):
                (again,) = await here.cut(0, room, second)
                require_same(again, whole, (room, second))
                assert again.asked <= whole.asked + 2


EDITED = {
    "draft-then-sent": (
        ["Please send it"],
        (Say("Short"), BAD_DRAFT, Say("Long enough"), GOOD_DRAFT, Say("It is sent.")),
    ),
    "assembled": (["Go"], (Say("The start."), Say("The end."))),
    "checked-by-words": (["Go"], (Say("Too short"), Say("Longer, please."), Say("Long enough"), Say("APPROVED"))),
    "each-section": (["Go"], (Say("First part."), said(title="A"), Say("Second part."), said(title="A"))),
    "one-field": (["Go"], (said(summary="Tea is a plant.", pages=2),)),
    "sorted-by-words": (["Which?"], (Say("Water"),)),
    "through-a-function": (["Go"], (Say("A draft."), Say("The end."), said(title="A title"))),
}


@pytest.mark.parametrize("name", EDITED)
async def test_of_several_agents_the_same_one_answers_wherever_its_replica_dies(
    store: PostgresStore, tmp_path: Path, name: str
) -> None:
    turns, script = EDITED[name]
    (tmp_path / "workflow.py").write_text(ANSWERS[name])
    async with desk(tmp_path / "workflow.py", store, turns, *script) as here:
        await die_everywhere(here)


TOOL = """
from chatkit_link import repeatable

@function_tool
@repeatable
def look_up(what: str) -> str:
  return f"{what}: two minutes"

clerk = Agent(name="Clerk", instructions="clerk", tools=[look_up])
"""


async def test_a_tool_of_an_agent_and_what_comes_behind_it(store: PostgresStore, tmp_path: Path) -> None:
    (tmp_path / "workflow.py").write_text(flow(run("clerk", "c") + run("editor", "e"), TOOL))
    script = (Call("look_up", {"what": "tea"}), Say("Two minutes."), Say("Two minutes, no more."))
    async with desk(tmp_path / "workflow.py", store, ["How long?"], *script) as here:
        await die_everywhere(here)


async def test_a_search_in_files(store: PostgresStore) -> None:
    async with desk(EXPORTS / "library_search.py", store, ["Where is Ghent?"], Say("In the atlas.")) as here:
        here.model.files = {"vs_books": [("file_1", "atlas.pdf", 0.9), ("file_2", "poems.txt", 0.4)]}
        await die_everywhere(here)


async def test_agents_at_once(store: PostgresStore, tmp_path: Path) -> None:
    (tmp_path / "workflow.py").write_text(ANSWERS["at-once"])
    async with desk(tmp_path / "workflow.py", store, ["Go"], Say("Left."), Say("Left.")) as here:
        (whole,) = await here.undisturbed()
        for room in range(whole.entries + 1):
            (again,) = await here.cut(0, room)
            # Which of the two is ready first, and so gives its place to the whole text, is another one each time.
            assert [text_of(item) for item in again.items if item.type == "assistant_message"] == ["Left. Left."], room
            assert len(again.record["covers"]) == len(whole.record["covers"]), room
            assert again.asked <= whole.asked + 2, room


async def test_checks_before_and_after_an_agent(
    store: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guardrails_in(tmp_path, monkeypatch):
        async with desk(EXPORTS / "guarded_desk.py", store, ["Hello"], Say("Good day.")) as here:
            await die_everywhere(here)


async def test_a_replica_that_lives_on_for_a_while_leaves_nothing_behind(store: PostgresStore) -> None:
    """It goes on until it waits for the database, which has nothing of that."""
    script = (Say("Dear all"), BAD, Say("Dears"), GOOD, Say("Hi"), GOOD)
    async with desk(EXPORTS / "newsletter.py", store, ["Write about tea", "Reject"], *script) as here:
        await die_everywhere(here, late=True)
