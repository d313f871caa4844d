"""Professor Lock with a model: a server that speaks OpenAI's format, and what it is shown."""

import json
from collections.abc import Callable

from chatkit.types import (
    InferenceOptions,
    ToolChoice,
    UserMessageInput,
    UserMessageTagContent,
    UserMessageTextContent,
)

from chatkit_link.settings import Settings
from tests.agents.test_models import conversation, scripted
from tests.examples.conftest import offered, student_of
from tests.examples.test_professor_lock import open_slip
from tests.model_server import Call, Calls, Failed, Say


async def test_a_model_shows_the_board_that_one_clicks_and_is_told_what_the_server_knows(
    make_settings: Callable[..., Settings],
) -> None:
    board = Call("tonights_odds", {"sport": "mlb", "market": "h2h"})
    async with (
        scripted(board, Say("The Yankees are the favourites. Sample data.")) as model,
        student_of(make_settings, model.address) as student,
    ):
        tag = UserMessageTagContent(id="team-new-york-yankees", text="New York Yankees", data={"odds": "+100000"})
        options = InferenceOptions(model="gpt-6.1-sol", tool_choice=ToolChoice(id="tonights_odds"))
        message = UserMessageInput(
            content=[UserMessageTextContent(text="What about "), tag], attachments=[], inference_options=options
        )
        answer = await student.ask(message)
        shown = await student.widget("odds-board")
        await student.click(shown, "lock.add_leg")
        await open_slip(student)

    first, second = conversation(model)
    assert answer.text == "The Yankees are the favourites. Sample data."
    assert len(offered(shown.widget, "lock.add_leg")) == 2 * 2 * 3
    assert first["model"] == second["model"] == "gpt-6.1-sol"
    assert first["tool_choice"] == {"type": "function", "name": "tonights_odds"}
    assert "Responsible play comes first" in first["instructions"] and "1-800-GAMBLER" in first["instructions"]
    asked = json.dumps(first["input"])
    assert "the game New York Yankees @ Boston Red Sox" in asked and "+100000" not in asked
    told = json.loads(next(item["output"] for item in second["input"] if item.get("type") == "function_call_output"))
    assert told["sample"] is True and len(told["games"]) == 2
    fair = [float(share.split()[0]) for share in told["games"][0]["fair"].values()]
    assert abs(sum(fair) - 100) < 0.11


async def test_tools_called_at_once_show_their_widgets_which_stay_when_the_quota_ends_in_mid_stream(
    make_settings: Callable[..., Settings],
) -> None:
    calls = Calls(
        Call("tonights_odds", {"sport": "mlb", "market": "h2h"}),
        Call("player_stats", {"question": "Marsh"}),
        Call("predictions", {"sport": "mlb"}),
    )
    spent = Failed("rate_limit_exceeded", "You exceeded your current quota, please check your plan.")
    async with scripted(calls, spent) as model, student_of(make_settings, model.address) as student:
        answer = await student.ask("All of it at once")
        kept = [await student.widget(key) for key in ("odds-board", "player-card", "predictions")]
    errors = [event for event in answer.events if event.type == "error"]
    assert len(kept) == 3 and len(errors) == 1
    assert "out of credit" in (errors[0].message or "") and errors[0].allow_retry is False
