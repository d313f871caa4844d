"""The two voices: how they talk, and what both must say."""

import shutil
from collections.abc import Callable
from pathlib import Path

from agents import Agent

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from examples.professor_lock.professor import build
from examples.professor_lock.settings import LockSettings
from examples.professor_lock.voice import Voice
from tests.conftest import running
from tests.examples.conftest import Student, words
from tests.examples.lecture import FOLDER, LectureClock


def instructions(voice: Voice | None = None, **given: str) -> str:
    settings = LockSettings(_env_file=None, odds_api_key=None, statmuse_url=None, backend_url=None, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]
    answer = build(settings, LectureClock(), voice=voice).answer
    assert isinstance(answer, Agent) and isinstance(answer.instructions, str)
    return answer.instructions


def test_a_voice_changes_how_it_is_said_and_not_what_may_be_said() -> None:
    dry, sharp = instructions("dry"), instructions("sharp")
    assert "lecturer" in dry and "crackin" not in dry
    assert "What's crackin', sharp?" in sharp and "slang" in sharp
    rules = dry[dry.index("- Look things up") :]
    assert sharp.endswith(rules)
    for note in ("Responsible play comes first", "1-800-GAMBLER", "gamblingtherapy.org", "Never urge anybody to bet"):
        assert note in rules


def test_the_setting_chooses_a_voice_and_the_catalog_another() -> None:
    assert instructions() == instructions("dry")
    assert instructions(lock_voice="sharp") == instructions("sharp")
    assert instructions("dry", lock_voice="sharp") == instructions("dry")


async def test_both_voices_are_entries_of_one_catalog(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "professor_lock", ignore=shutil.ignore_patterns("__pycache__"))
    catalog = tmp_path / "chatkit-link.toml"
    entries = {"lock": "professor_lock/:dry", "window": "professor_lock/:sharp"}
    catalog.write_text("".join(f'[agents.{name}]\ntarget = "{target}"\n' for name, target in entries.items()))
    async with running(make_settings(config=catalog)) as address:
        for name, greeting in (("lock", "Class is in session."), ("window", "What's crackin', sharp?")):
            async with ChatKitClient(f"{address}/chatkit/{name}") as client:
                student = Student(client)
                assert (await student.ask("Hello")).text.startswith(greeting)
                assert (await student.ask("Make me a two-leg parlay")).text.count("% is fair") == 2
                assert any("1-800-GAMBLER" in word for word in words((await student.widget("parlay")).widget))


def test_no_entry_of_the_example_names_a_model() -> None:
    assert all(entry.models == [] for entry in read_catalog(FOLDER / "chatkit-link.toml", {}).agents.values())
