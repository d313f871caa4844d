"""The two voices: how they talk, and what both must say."""

from agents import Agent

from examples.professor_lock.professor import build
from examples.professor_lock.settings import LockSettings
from examples.professor_lock.voice import Voice
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


def test_no_entry_of_the_example_names_a_model() -> None:
    assert "models" not in (FOLDER / "chatkit-link.toml").read_text(encoding="utf-8")
