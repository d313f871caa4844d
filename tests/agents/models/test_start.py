"""A server that starts logs which of its models are shut down."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from chatkit_link.settings import Settings
from tests.conftest import running


async def test_a_start_logs_which_models_are_shut_down(
    make_settings: Callable[..., Settings], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "old.py").write_text("from agents import Agent\nagent = Agent(name='Old', model='gpt-4-0314')\n")
    config = tmp_path / "chatkit-link.toml"
    config.write_text('[agents.old]\ntarget = "old.py"\nmodels = ["gpt-4-32k"]\n')
    logger = "chatkit_link.composition.agents"
    with caplog.at_level(logging.WARNING, logger):
        async with running(make_settings(config=config, openai_api_key="sk-canary-123", search="local")):
            pass
    lines = [(record.levelname, record.message) for record in caplog.records if record.name == logger]
    assert lines == [
        ("ERROR", "models of agent old: gpt-4-32k was shut down on 6 June 2025: choose another."),
        ("ERROR", "agent old, Old: gpt-4-0314 was shut down on 26 March 2026: choose another."),
    ]
