"""docs/reference/settings.md is a table of the Settings class: the same fields, variables and defaults, and no others."""

import re
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from chatkit_link.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
# | `name` | `VARIABLE`, `OTHER` | default | meaning |
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[list[str], str, str]]:
    return {
        name: (re.findall(r"`(\w+)`", variables), default, meaning)
        for name, variables, default, meaning in ROW.findall(PAGE.read_text(encoding="utf-8"))
    }


def variables(name: str, field: FieldInfo) -> list[str]:
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    assert field.validation_alias is None
    return [f"{Settings.model_config.get('env_prefix', '')}{name.upper()}"]


def shown(default: object) -> str:
    if default is None:
        return "none"
    return "empty" if default == "" else f"`{default}`"


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert set(documented()) == set(Settings.model_fields)


def test_each_setting_stands_in_the_page_once() -> None:
    names = [name for name, *_ in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_has_its_variables_default_and_meaning_in_the_page(name: str) -> None:
    field = Settings.model_fields[name]
    names, default, meaning = documented()[name]
    assert names == variables(name, field)
    assert default == shown(field.default)
    assert meaning.strip()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_documented_variable_reaches_its_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value is either taken or refused by name; a variable nobody reads would do neither."""
    for variable in documented()[name][0]:
        with monkeypatch.context() as environment:
            environment.setenv(variable, "not a valid value \N{SNOWMAN}")
            told = _settings_or_refusal()
        assert any(sign in told for sign in ("\N{SNOWMAN}", name, variable))


def _settings_or_refusal() -> str:
    try:
        settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
    except Exception as refusal:  # noqa: BLE001 - any refusal names the setting
        return str(refusal)
    return str({name: _plain(value) for name, value in settings})


def _plain(value: object) -> object:
    read = getattr(value, "get_secret_value", None)
    return read() if read else str(value)
