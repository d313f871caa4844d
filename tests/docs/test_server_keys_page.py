"""docs/how-to/server-keys.md names the scopes, the actions and the seconds that the code has."""

import re
from pathlib import Path

from chatkit_link.identity.key_format import new_key
from chatkit_link.identity.scopes import SCOPES
from chatkit_link.identity.stored_keys import KNOWN_FOR
from chatkit_link.store.audit import ACTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "server-keys.md").read_text(encoding="utf-8")


def rows(heading: str) -> set[str]:
    """What is in backticks in the first column of the table with this heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return {name for line in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_its_tables_are_those_of_the_code() -> None:
    assert rows("Scope") == set(SCOPES)
    assert rows("Action") == set(ACTIONS)


def test_a_key_takes_effect_as_soon_as_it_says() -> None:
    assert KNOWN_FOR == 3
    assert "within three seconds" in PAGE


def test_its_pattern_for_scanners_finds_every_key() -> None:
    (pattern,) = re.findall(r"`(cklk_\[.+?)`", PAGE)
    assert all(re.fullmatch(pattern, new_key()[1]) for _ in range(200))
