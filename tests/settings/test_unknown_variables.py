"""A variable that looks like a setting and is none is a warning, with the nearest name where one is near."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from chatkit_link.configuration_error import ConfigurationError
from chatkit_link.settings import Settings, read_settings, read_variables, unknown_variables
from chatkit_link.settings.formats.text import variables

CANARY = "canary-7f3a"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without .env, and an environment without variables of ours."""
    for name in read_variables():
        if name.upper().startswith("CHATKIT_LINK_"):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_misspelt_variable_is_reported_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_DATABSE_POOL", CANARY)
    assert unknown_variables() == [
        "CHATKIT_LINK_DATABSE_POOL is not a setting and has no effect: did you mean CHATKIT_LINK_DATABASE_POOL?"
    ]


def test_a_variable_far_from_every_setting_is_reported_without_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_ZEBRA", CANARY)
    assert unknown_variables() == ["CHATKIT_LINK_ZEBRA is not a setting and has no effect."]


def test_an_env_file_that_is_no_text_is_refused_by_name(no_variables: Path) -> None:
    (no_variables / ".env").write_bytes(b"CHATKIT_LINK_MODEL=\xff\xfe\xe9\n")
    with pytest.raises(ConfigurationError, match=r"^The file \.env is not UTF-8 text: save it as UTF-8\.$"):
        read_settings()


def test_lower_case_is_as_good_as_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("chatkit_link_max_turns", "7")
    monkeypatch.setenv("chatkit_link_max_turn", CANARY)
    assert read_settings().max_turns == 7
    assert unknown_variables() == [
        "chatkit_link_max_turn is not a setting and has no effect: did you mean CHATKIT_LINK_MAX_TURNS?"
    ]


def test_lines_of_a_dotenv_file_are_looked_at_too(no_variables: Path) -> None:
    (no_variables / ".env").write_text(
        f"CHATKIT_LINK_HOST=127.0.0.1\nCHATKIT_LINK_HOTS={CANARY}\nOTHER=1\n", encoding="utf-8"
    )
    assert unknown_variables() == [
        "CHATKIT_LINK_HOTS is not a setting and has no effect: did you mean CHATKIT_LINK_HOST?"
    ]


def test_every_variable_of_a_setting_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        for variable in variables(field, name):
            monkeypatch.setenv(variable, CANARY)
    assert unknown_variables() == []


def test_variables_that_are_read_elsewhere_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "CHROMIUM", "FAULTS", "URL"):
        monkeypatch.setenv(f"CHATKIT_LINK_{name}", CANARY)
    assert unknown_variables() == []


def test_reading_the_settings_logs_the_warning_and_no_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CHATKIT_LINK_MODLE", CANARY)
    with caplog.at_level(logging.WARNING):
        read_settings()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "CHATKIT_LINK_MODLE is not a setting and has no effect: did you mean CHATKIT_LINK_MODEL?")
    ]
    assert CANARY not in caplog.text


def test_a_command_writes_the_warning_beside_its_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_JWT_SECRET", "s" * 32)
    monkeypatch.setenv("CHATKIT_LINK_JWT_ISUER", CANARY)
    program = Path(sys.executable).with_name("chatkit-link")
    result = subprocess.run(
        [program, "token", "--user", "ada"], check=True, capture_output=True, text=True, timeout=300
    )
    assert result.stdout.count("\n") == 1
    assert result.stdout.count(".") == 2  # a JWT and nothing else
    assert result.stderr == (
        "CHATKIT_LINK_JWT_ISUER is not a setting and has no effect: did you mean CHATKIT_LINK_JWT_ISSUER?\n"
    )
