"""Each setting belongs to one group, each group is the file of its name, and both say what they are for."""

import inspect
import re
import subprocess
import sys

import pytest

from chatkit_link.settings import GROUPS, Settings
from chatkit_link.settings.group import SettingsGroup

#: Words of a private language (docs speak plain English), and what leaves open who is meant.
DIALECT = re.compile(r"\b(people|whoever|somebody|nobody|anybody|stand-in|shown|told|tells|ways?|pictures?)\b")


def test_every_setting_is_in_one_group() -> None:
    names = [name for group in GROUPS.values() for name in group.model_fields]
    assert sorted(names) == sorted(Settings.model_fields)
    assert len(names) == len(set(names))


def test_the_settings_are_composed_of_the_groups_and_nothing_else() -> None:
    assert set(Settings.__bases__) == set(GROUPS.values())
    assert list(Settings.model_fields) == [name for group in GROUPS.values() for name in group.model_fields]


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_is_the_file_of_its_name_and_says_what_is_in_it(name: str) -> None:
    module = inspect.getmodule(GROUPS[name])
    assert module is not None
    assert module.__name__ == f"chatkit_link.settings.{name}"
    assert module.__doc__


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_described_in_a_sentence_of_plain_english(name: str) -> None:
    meaning = Settings.model_fields[name].description or ""
    assert re.fullmatch(r"[A-Z`].{8,}\.", meaning)
    assert not DIALECT.search(meaning), DIALECT.findall(meaning)


def test_two_groups_do_not_define_the_same_property_or_check() -> None:
    """One would hide the other in the composed settings."""
    inherited = vars(SettingsGroup).keys() | vars(Settings).keys() | {"conflicts"}
    for name, group in GROUPS.items():
        own = {member for member in vars(group) if not member.startswith("__")} - inherited
        for other_name, other in GROUPS.items():
            assert name == other_name or own.isdisjoint(vars(other)), (name, other_name)


def test_reading_settings_imports_none_of_the_large_libraries() -> None:
    """``chatkit-link --help`` and commands that need no agent shall not wait for them."""
    code = (
        "import sys, chatkit_link.settings as s; s.read_settings();"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'agents', 'chatkit', 'fastapi', 'httpx2', 'openai', 'sqlalchemy', 'starlette', 'typer'}))"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=300)
    assert result.stdout.strip() == ""
