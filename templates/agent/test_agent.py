"""Run it with `pytest`. It needs no key: without a model, the function `offline` in agent.py decides."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from agent import hours_on

FOLDER = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("chatkit-link")


def run(*arguments, cwd):
    """What the program prints, without the settings of this machine."""
    private = ("CHATKIT_LINK_", "DATABASE_URL", "OPENAI_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_shop_is_closed_on_sundays():
    assert hours_on("Sunday") == "closed"


def test_the_catalog_and_the_widgets_are_ready():
    assert "ready" in run("agents", cwd=FOLDER)
    run("widgets", "check", cwd=FOLDER)


def test_a_question_is_answered_with_the_card():
    with tempfile.TemporaryDirectory() as empty:  # for the database of this test
        answer = run("chat", "Are you open on Sunday?", "--agent", f"my-agent={FOLDER / 'agent.py'}", cwd=empty)
    assert "Sunday" in answer and "closed" in answer
