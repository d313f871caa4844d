"""A spent quota: the model's server is asked once, and no more often than that."""

import pytest

from chatkit_link.translations import Localized
from tests.agents.test_models import APIS, MakeSettings, chat, conversation, scripted
from tests.finished_stream import told
from tests.model_server import Fail, Say


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("step", "asked"),
    [
        (Fail(429, code="insufficient_quota"), 1),
        (Fail(429, code="x", message="You are out of credits."), 1),
        (Fail(429, code="rate_limit_exceeded"), 2),
        (Fail(500), 2),
    ],
)
async def test_only_what_a_retry_can_mend_is_asked_again(
    make_settings: MakeSettings, api: str, step: Fail, asked: int
) -> None:
    async with scripted(step, Say("Fine.")) as model, chat(make_settings, model, api) as client:
        made = await told(client.create_thread("one"))
    assert len(conversation(model)) == asked
    expected = [] if asked > 1 else [str(Localized("model_out_of_credit"))]
    assert [error.message for error in made.view.errors] == expected
