"""Run it with `pytest`. It needs no key: without one there is sample data, and `stand_in.py` decides what is called."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("chatkit-link")


def run(*arguments, cwd):
    """What the program prints, without the settings of this machine."""
    private = ("BACKEND_", "CHATKIT_LINK_", "DATABASE_URL", "ODDS_", "OPENAI_", "STATMUSE_", "SUPABASE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_catalog_and_the_widgets_are_ready():
    assert "ready" in run("agents", cwd=FOLDER)
    run("widgets", "check", "--folder", "professor_lock/widgets", cwd=FOLDER)


def test_the_odds_are_shown_and_marked_as_a_sample():
    with tempfile.TemporaryDirectory() as empty:  # for the database of this test
        target = FOLDER / "professor_lock"
        answer = run("chat", "What are tonight's odds?", "--agent", f"lock={target}/", cwd=empty)
    assert "odds" in answer.lower() and "sample" in answer.lower()
