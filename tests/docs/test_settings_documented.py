"""docs/reference/settings.md has a row for each field of the Settings class, and no other."""

import pytest

from chatkit_link.settings import Settings
from scripts.document_settings import PAGE, fields, placed, text, variables


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_settings.py`."


def test_every_setting_has_its_place_in_the_page_once() -> None:
    assert sorted(placed()) == sorted(fields())


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_says_what_it_means(name: str) -> None:
    assert (Settings.model_fields[name].description or "").strip()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_documented_variable_reaches_its_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value is either taken or refused by name; a variable nobody reads would do neither."""
    for variable in variables(name, fields()[name]):
        assert f"`{variable}`" in PAGE.read_text(encoding="utf-8")
        with monkeypatch.context() as environment:
            environment.setenv(variable, "not a valid value \N{SNOWMAN}")
            found = _settings_or_refusal()
        assert any(sign in found for sign in ("\N{SNOWMAN}", name, variable))


def _settings_or_refusal() -> str:
    try:
        settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
    except Exception as refusal:  # noqa: BLE001 - any refusal names the setting
        return str(refusal)
    return str({name: _plain(value) for name, value in settings})


def _plain(value: object) -> object:
    read = getattr(value, "get_secret_value", None)
    return read() if read else str(value)
